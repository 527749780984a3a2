/** The document of a tag, as far as pages read it. */
export interface Names {
  zh: string;
  en: string;
}

export interface TagDocument {
  code: string;
  names: Names;
  meaning: Names;
  kind: "rule" | "statistic" | "model" | "manual" | "imported";
  values: { code: string; names: Names }[] | { open: true } | { unit: string };
  multi?: boolean;
  window_days?: number;
  expression: Expression;
  owner?: string;
  sensitivity?: "ordinary" | "sensitive";
}

export interface Expression {
  primitive: string;
  [word: string]: unknown;
}

export type Side = "zh" | "en";

export function documentOf(shown: { document: unknown }): TagDocument {
  return shown.document as TagDocument;
}

export function sideOf(language: string): Side {
  return language === "zh-CN" ? "zh" : "en";
}

export function isByHand(document: TagDocument): boolean {
  return document.kind === "manual" || document.kind === "imported";
}

export interface Step {
  primitive: string;
  /** The window that it says itself; null goes by the tag's. */
  days: number | null;
  about: string[];
  parts: Step[];
}

const NESTED = new Set(["of", "part", "by", "parts", "one", "other", "cases", "when", "a", "b"]);
const TOLD = ["facts", "field", "tag", "number", "share_bp", "support", "count", "days_min", "each", "amount"] as const;

/** Returns what a tag is computed from as steps in one another, for people to read. */
export function stepOf(expression: Expression): Step {
  const parts = Object.entries(expression).flatMap(([word, value]) => (NESTED.has(word) || isExpression(value) ? inside(value) : []));
  const about = TOLD.flatMap((word) => {
    const said = expression[word];
    return typeof said === "string" || typeof said === "number" ? [`${word}: ${String(said)}`] : [];
  });
  return { primitive: expression.primitive, days: typeof expression.last_days === "number" ? expression.last_days : null, about, parts };
}

function inside(value: unknown): Step[] {
  if (isExpression(value)) return [stepOf(value)];
  if (Array.isArray(value)) return value.flatMap(inside);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(inside);
  return [];
}

function isExpression(value: unknown): value is Expression {
  return typeof value === "object" && value !== null && typeof (value as Expression).primitive === "string";
}
