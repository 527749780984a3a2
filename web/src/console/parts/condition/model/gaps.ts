/** What a tree still lacks before anybody can be counted: told at the node, without the server. */

import { partsOf } from "./editing";
import { measureCode, measureField } from "./leaves";
import type { Json, Node, Words } from "./tree";

export type Gap = "choose" | "values" | "bound" | "days" | "window" | "order" | "segment" | "measure";

const DAYS_MAX = { last_days: 36_600, next_days: 36_600, anniversary_in_days: 366 };

/** Returns what each node lacks, by id; an empty map means that the tree can be counted. */
export function gapsOf(root: Node): Map<string, Gap> {
  const found = new Map<string, Gap>();
  const visit = (node: Node): void => {
    const gap = gapOf(node);
    if (gap !== undefined) found.set(node.id, gap);
    partsOf(node).forEach(visit);
  };
  visit(root);
  return found;
}

function gapOf(node: Node): Gap | undefined {
  switch (node.kind) {
    case "group":
      return undefined;
    case "blank":
      return "choose";
    case "segment":
      return node.segment === "" ? "segment" : undefined;
    case "field":
      return gapOfWords(node.words);
    case "facts": {
      if (typeof node.measure !== "string" && !measureField(node.measure)) return "measure";
      if (measureCode(node.measure) === "") return "measure";
      return gapOfWindow(node.words) ?? gapOfBounds(node.words);
    }
  }
}

function gapOfWords(words: Words): Gap | undefined {
  for (const word of ["in", "has_all"]) {
    const values = words[word];
    if (word in words) return Array.isArray(values) && values.length > 0 ? undefined : "values";
  }
  for (const [word, most] of Object.entries(DAYS_MAX)) {
    if (word in words) return isDays(words[word], most) ? undefined : "days";
  }
  if ("at_least" in words || "less_than" in words) return gapOfBounds(words);
  return "is_known" in words ? undefined : "values";
}

function gapOfBounds(words: Words): Gap | undefined {
  const { at_least, less_than } = words;
  if (at_least === undefined && less_than === undefined) return "bound";
  if (at_least === null || less_than === null) return "bound";
  return isEmptyRange(at_least, less_than) ? "order" : undefined;
}

function gapOfWindow(words: Words): Gap | undefined {
  if ("last_days" in words) return isDays(words.last_days, DAYS_MAX.last_days) ? undefined : "days";
  if (!("since" in words) && !("until" in words)) return undefined;
  const { since, until } = words;
  if ((since ?? null) === null && (until ?? null) === null) return "window";
  return isEmptyRange(since, until) ? "order" : undefined;
}

function isDays(value: Json | undefined, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;
}

/** Bounds of one kind alone are compared: a day and an instant are, where the zone is known. */
function isEmptyRange(low: Json | undefined, high: Json | undefined): boolean {
  if (typeof low === "number" && typeof high === "number") return low >= high;
  if (typeof low !== "string" || typeof high !== "string") return false;
  if (low.includes("T") !== high.includes("T")) return false;
  return low.includes("T") ? Date.parse(low) >= Date.parse(high) : low >= high;
}
