/** Words that several pages of data say alike: kinds, reasons, fields, mappings. */
import type { Schemas } from "@shared/api/client";
import { useTranslation } from "react-i18next";

export type Kind = Schemas["RecordKind"];
export const KINDS: readonly Kind[] = ["order", "member", "refund", "product", "fulfilment", "signal", "stock", "opening"];

/** Returns a function that says why something was refused, by its code; else the server's own words. */
export function useReason(): (code: string | null, sentence: string | null) => string {
  const { t, i18n } = useTranslation("data");
  return (code, sentence) => {
    const key = `reasons.${code ?? ""}`;
    return i18n.exists(key, { ns: "data" }) && code !== null ? t(key) : (sentence ?? code ?? "");
  };
}

/** Returns a function that says a field in the reader's language; the path itself where it has no name. */
export function useFieldName(): (path: string) => string {
  const { t, i18n } = useTranslation("data");
  return (path) => {
    const named = path.split(".").map((part) => {
      if (/^\d+$/.test(part)) return part;
      const key = `fields.${part}`;
      return i18n.exists(key, { ns: "data" }) ? t(key) : part;
    });
    return named.join(" · ");
  };
}

/** Returns a function that says what a mapping is for; those that come with the product in either language. */
export function useDescription(): (mapping: string, description: string) => string {
  const { t, i18n } = useTranslation("data");
  return (mapping, description) => {
    const key = `shipped.${mapping}`;
    return i18n.exists(key, { ns: "data" }) ? t(key) : description;
  };
}

// What the server says of a field, and the word that every language has for it.
const COMPLAINTS: readonly (readonly [RegExp, string])[] = [
  [/^is missing/, "missing"], [/^is no field/, "no_field"], [/^is not a whole number|^is no amount/, "not_whole"],
  [/^is less than/, "too_small"], [/^is more than/, "too_large"], [/^is neither true/, "not_truth"], [/^is none of/, "not_listed"],
  [/^is no word/, "not_listed"], [/^is not a text/, "not_text"], [/^is empty/, "empty"], [/^is longer/, "too_long"], [/^needs at least/, "too_few"],
  [/^holds more/, "too_many"], [/^has no time zone/, "no_zone"], [/^is not a time/, "not_time"], [/^is not a day|^is a time, not/, "not_day"],
  [/^is not written as the mapping/, "unreadable"], [/^is not the same in all rows/, "conflicting"], [/^was shortened/, "shortened"],
  [/^is a formula|^is an error of/, "formula"], [/^is not readable as JSON/, "no_record"],
];
const TOLD = /^“([^”]+)”(?: of item (\d+))?(?: \(“(.*?)”\))? (.+)$/s;

/** Returns a function that says in detail what is wrong, field by field, in the reader's language where that is known. */
export function useDetail(): (sentence: string | null) => string {
  const { t, i18n } = useTranslation("data");
  const name = useFieldName();
  const said = (part: string) => {
    const found = TOLD.exec(part);
    const fault = found === null ? undefined : COMPLAINTS.find(([form]) => form.test(found[4] ?? ""))?.[1];
    if (found === null || fault === undefined) return part;
    const value = found[3] === undefined ? "" : ` “${found[3]}”`;
    return `${name(found[1] ?? "")}${found[2] === undefined ? "" : ` #${found[2]}`}${value} ${t(`faults.${fault}`)}`;
  };
  return (sentence) => {
    if (sentence === null || i18n.language !== "zh-CN") return sentence ?? "";
    return sentence.replace(/\.$/, "").split(/; (?=“)/).map(said).join("; ");
  };
}

/** Returns the size of a file in the largest fitting unit. */
export function bytes(size: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, size === 0 ? 0 : Math.floor(Math.log2(size) / 10));
  const value = size / 2 ** (10 * step);
  return `${value.toLocaleString(undefined, { maximumFractionDigits: step === 0 ? 0 : 1 })} ${units[step] ?? ""}`;
}
