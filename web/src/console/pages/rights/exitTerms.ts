/** How members leave, and what a change of it turns; pure. */
import type { Schemas } from "@shared/api/client";

export type ExitTerms = Pick<Schemas["ExitPolicyOut"], "cooling_off_days" | "points">;

const TERMS = ["cooling_off_days", "points"] as const;

/** Returns the terms that are wanted otherwise than they are; a field that is empty turns nothing yet. */
export function turnsOf(before: ExitTerms, after: Partial<Record<keyof ExitTerms, unknown>>): (keyof ExitTerms)[] {
  return TERMS.filter((term) => after[term] !== undefined && after[term] !== null && after[term] !== before[term]);
}
