/** What of the quarantine a filter means. */
import type { Schemas } from "@shared/api/client";

type Reason = Schemas["RefusedCountOut"];
export type Filter = Partial<Pick<Reason, "code" | "kind" | "account" | "brand">>;

/** Counts the refused records that a filter means; what it leaves out matches any. */
export function matching(counts: readonly Reason[], filter: Filter): number {
  const fits = (one: Reason) =>
    (filter.code ?? one.code) === one.code && (filter.kind ?? one.kind) === one.kind && (filter.account ?? one.account) === one.account && (filter.brand ?? one.brand) === one.brand;
  return counts.filter(fits).reduce((sum, one) => sum + one.count, 0);
}
