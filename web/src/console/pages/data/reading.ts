/** How a file is to be read, as the address says it, and the document of a mapping that is edited. */
import type { Schemas } from "@shared/api/client";
import type { Kind } from "./words";

type Look = Schemas["LookOut"];

/** A file's kind with a mapping by name, or null for canonical names. */
export interface Chosen {
  kind: Kind;
  mapping: string | null;
  sheet: string | null;
}

/** What of a column feeds a field; every part beside the source is optional. */
export interface Rule {
  column?: string;
  columns?: string[];
  const?: string | number | boolean;
  sum?: string;
  position?: true;
  optional?: boolean;
  unit?: "yuan" | "fen";
  values?: Record<string, string>;
  otherwise?: string;
  format?: string | string[];
  zone?: string;
  separator?: string;
  scope?: string;
  verified?: boolean;
}

export interface Draft {
  kind: Kind;
  name?: string;
  description?: string;
  zone?: string;
  empty?: string[];
  delimiter?: string;
  sheet?: string;
  header_row?: number;
  fields: Record<string, Rule>;
}

/** Returns what the address chooses, else the guess that fits without a missing column. */
export function chosenFrom(query: URLSearchParams, look: Look | undefined): Chosen | null {
  const sheet = query.get("sheet") ?? look?.sheet ?? null;
  const kind = query.get("kind") as Kind | null;
  if (kind !== null) return { kind, mapping: query.get("mapping"), sheet };
  const canonical = look?.canonical[0];
  if (canonical !== undefined) return { kind: canonical, mapping: null, sheet };
  const best = look?.guesses[0];
  if (best === undefined || best.missing.length > 0) return null;
  return { kind: best.kind, mapping: best.mapping, sheet };
}

/** Returns the draft that a stored mapping begins with: its rules, each with its column. */
export function draftOf(kind: Kind, content: Record<string, unknown> | undefined): Draft {
  if (content === undefined) return { kind, zone: "Asia/Shanghai", fields: {} };
  return { ...(content as unknown as Draft), kind };
}

/** Returns the names that the column of a rule may have. */
export function columnsOf(rule: Rule): readonly string[] {
  return rule.columns ?? (rule.column === undefined ? [] : [rule.column]);
}

/** Returns the fields that a column feeds, in order. */
export function fieldsOf(draft: Draft, column: string): string[] {
  return Object.keys(draft.fields).filter((path) => columnsOf(draft.fields[path] ?? {}).includes(column));
}

/** Lets a column feed exactly these fields; what else is said of a field stays. */
export function withColumn(draft: Draft, column: string, paths: readonly string[], rules: Record<string, Rule>): Draft {
  const fields: Record<string, Rule> = {};
  for (const [path, rule] of Object.entries(draft.fields)) {
    if (!columnsOf(rule).includes(column) || paths.includes(path)) fields[path] = rule;
  }
  for (const path of paths) {
    if (!columnsOf(fields[path] ?? {}).includes(column)) fields[path] = { ...rules[path], column };
  }
  return { ...draft, fields };
}

/** Sets one field's rule, or takes the field out. */
export function withRule(draft: Draft, path: string, rule: Rule | null): Draft {
  if (rule !== null) return { ...draft, fields: { ...draft.fields, [path]: rule } };
  return { ...draft, fields: Object.fromEntries(Object.entries(draft.fields).filter(([one]) => one !== path)) };
}

/** Writes the draft as a YAML document that people can read and compare line by line. */
export function documentOf(draft: Draft): string {
  const { fields, ...head } = draft;
  const lines = Object.entries(head)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  lines.push("fields:");
  for (const [path, rule] of Object.entries(fields)) lines.push(`  ${JSON.stringify(path)}: ${JSON.stringify(rule)}`);
  return `${lines.join("\n")}\n`;
}

/** Returns what a field's rule begins with, by the sort of its values: money of exports is in yuan. */
export function firstRule(target: Schemas["TargetOut"] | undefined, path: string): Rule {
  if (target?.sort === "whole number" && path.endsWith("_minor")) return { unit: "yuan" };
  if (target?.sort === "time") return { format: ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] };
  return {};
}
