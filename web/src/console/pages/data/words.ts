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

/** Returns the size of a file in the largest fitting unit. */
export function bytes(size: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(units.length - 1, size === 0 ? 0 : Math.floor(Math.log2(size) / 10));
  const value = size / 2 ** (10 * step);
  return `${value.toLocaleString(undefined, { maximumFractionDigits: step === 0 ? 0 : 1 })} ${units[step] ?? ""}`;
}
