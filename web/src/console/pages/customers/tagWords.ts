/** What people call tags and their values, from the words that conditions may use. */
import { money } from "@shared/format";

interface Names {
  zh: string;
  en: string;
}

interface Field {
  code: string;
  unit: string | null;
  names: Names;
  values: readonly { code: string; names: Names }[];
}

export interface ValueNames {
  tag: (tag: string) => string;
  value: (tag: string, value: string) => string;
  number: (tag: string, value: number, plain: (value: number) => string) => string;
}

const TAG = "tags.";
const SHARE = 100;

/** Reads the names out of a vocabulary; what it does not name is shown by its code. */
export function valueNames(vocabulary: unknown, language: "zh" | "en"): ValueNames {
  const fields = isVocabulary(vocabulary) ? vocabulary.fields : [];
  const known = new Map(fields.map((field) => [field.code.startsWith(TAG) ? field.code.slice(TAG.length) : field.code, field]));
  return {
    tag: (tag) => known.get(tag)?.names[language] ?? tag,
    value: (tag, value) => known.get(tag)?.values.find((one) => one.code === value)?.names[language] ?? value,
    number: (tag, value, plain) => {
      const unit = known.get(tag)?.unit;
      if (unit === "fen") return money(value);
      return unit === "basis_points" ? `${plain(value / SHARE)}%` : plain(value);
    },
  };
}

function isVocabulary(value: unknown): value is { fields: readonly Field[] } {
  return typeof value === "object" && value !== null && "fields" in value && Array.isArray(value.fields);
}
