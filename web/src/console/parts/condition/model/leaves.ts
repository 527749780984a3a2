/** Leaves as they begin, and how they change when another operator is chosen. */

import { type FactsLeaf, type FieldLeaf, type Join, type Measure, type SegmentLeaf, type Words, freshId } from "./tree";
import type { VocabularyFacts, VocabularyField } from "./vocabulary";

/** How a form asks: operators of the document, ranges told apart by which bounds they have. */
export type Asking =
  | "in"
  | "has_all"
  | "at_least"
  | "less_than"
  | "between"
  | "known"
  | "unknown"
  | "last_days"
  | "next_days"
  | "anniversary_in_days";

export const DAYS_BEGUN = 30;

/** Returns what a form offers for a field, in the order of the server's operators. */
export function askingsOf(field: VocabularyField): Asking[] {
  const found: Asking[] = [];
  for (const { code } of field.operators) {
    if (code === "is_known") found.push("known", "unknown");
    else found.push(code as Asking);
    if (code === "less_than") found.push("between");
  }
  return found;
}

/** Returns how a leaf asks now. */
export function askingOf(words: Words): Asking {
  if ("is_known" in words) return words.is_known === false ? "unknown" : "known";
  if ("at_least" in words) return "less_than" in words ? "between" : "at_least";
  if ("less_than" in words) return "less_than";
  const known: Asking[] = ["in", "has_all", "last_days", "next_days", "anniversary_in_days"];
  return known.find((asking) => asking in words) ?? "in";
}

/** Returns the words of another way to ask, with what was said before where it fits. */
export function askedBy(asking: Asking, before: Words): Words {
  switch (asking) {
    case "known":
      return { is_known: true };
    case "unknown":
      return { is_known: false };
    case "in":
    case "has_all":
      return { [asking]: before.in ?? before.has_all ?? [] };
    case "last_days":
    case "next_days":
    case "anniversary_in_days":
      return { [asking]: before.last_days ?? before.next_days ?? before.anniversary_in_days ?? DAYS_BEGUN };
    case "at_least":
      return { at_least: before.at_least ?? before.less_than ?? null };
    case "less_than":
      return { less_than: before.less_than ?? before.at_least ?? null };
    case "between":
      return { at_least: before.at_least ?? null, less_than: before.less_than ?? null };
  }
}

/** Returns a leaf on a field with its first operator and nothing said yet. */
export function fieldLeaf(field: VocabularyField, id = freshId(), not = 0): FieldLeaf {
  const [asking] = askingsOf(field);
  const words = field.type === "bool" ? { in: [true] } : askedBy(asking ?? "known", {});
  return { id, not, kind: "field", field: field.code, words };
}

/** Returns “at least once in the last 90 days”, from which most questions are a small change. */
export function factsLeaf(facts: VocabularyFacts, id = freshId(), not = 0): FactsLeaf {
  return {
    id,
    not,
    kind: "facts",
    facts: facts.code,
    where: null,
    measure: "count",
    words: { last_days: 90, at_least: 1 },
  };
}

export function segmentLeaf(segment: string, id = freshId(), not = 0): SegmentLeaf {
  return { id, not, kind: "segment", segment };
}

/** The name of a measure: count, sum, distinct, max, days_since_last, days_since_first. */
export function measureCode(measure: Measure): string {
  return typeof measure === "string" ? measure : (Object.keys(measure)[0] ?? "");
}

export function measureField(measure: Measure): string | undefined {
  return typeof measure === "string" ? undefined : Object.values(measure)[0];
}

/** Returns another measure, of the same field where it can be taken of that. */
export function measuredBy(code: string, facts: VocabularyFacts, before: Measure): Measure {
  const fields = facts.measures.find((measure) => measure.code === code)?.fields ?? [];
  if (fields.length === 0) return code;
  const field = measureField(before);
  return { [code]: field !== undefined && fields.includes(field) ? field : (fields[0] ?? "") };
}

export type Window = "ever" | "last_days" | "dates";

export function windowOf(words: Words): Window {
  if ("last_days" in words) return "last_days";
  return "since" in words || "until" in words ? "dates" : "ever";
}

export function windowed(window: Window, words: Words): Words {
  const { last_days, since, until, ...bounds } = words;
  if (window === "last_days") return { last_days: last_days ?? 90, ...bounds };
  if (window === "dates") return { since: since ?? null, until: until ?? null, ...bounds };
  return bounds;
}

/** Returns the words with the bounds that another way to ask has. */
export function boundedBy(asking: "at_least" | "less_than" | "between", words: Words): Words {
  const { at_least, less_than, ...window } = words;
  return { ...window, ...askedBy(asking, only({ at_least, less_than })) };
}

/** How the parts of a group belong together, with the “not” in front of it. */
export type Together = "all" | "any" | "none" | "not_all";

export function togetherOf(join: Join, not: number): Together {
  if (not % 2 === 0) return join;
  return join === "any" ? "none" : "not_all";
}

export function joinOf(together: Together): { join: Join; not: number } {
  if (together === "none") return { join: "any", not: 1 };
  if (together === "not_all") return { join: "all", not: 1 };
  return { join: together, not: 0 };
}

function only(words: { [word: string]: Words[string] | undefined }): Words {
  return Object.fromEntries(Object.entries(words).filter(([, said]) => said !== undefined)) as Words;
}
