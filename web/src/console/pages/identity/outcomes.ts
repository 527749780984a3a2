/** What came of reviews, by the rule that opened them; pure. */
import type { Schemas } from "@shared/api/client";

export interface RuleOutcome {
  rule: string;
  open: number;
  accepted: number;
  rejected: number;
}

/** What somebody decided without being asked is no outcome of a review. */
const UNASKED = "operator";

/** Folds counts by rule and state into one row a rule; what became moot decides nothing. */
export function outcomes(counts: readonly Schemas["ReviewCountOut"][]): RuleOutcome[] {
  const rows = new Map<string, RuleOutcome>();
  for (const { rule, state, reviews } of counts) {
    if (rule === UNASKED) continue;
    const row = rows.get(rule) ?? { rule, open: 0, accepted: 0, rejected: 0 };
    if (state !== "moot") row[state] += reviews;
    rows.set(rule, row);
  }
  return [...rows.values()];
}

/** Returns a part of a whole, or null of nothing: nothing decided says nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
