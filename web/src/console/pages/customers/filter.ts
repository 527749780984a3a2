/** The filter of the list as the address has it: a condition, a kept segment, an order. */
import type { Document } from "@console/parts/condition";
import type { Schemas } from "@shared/api/client";

export type Sort = Schemas["SearchIn"]["sort"];
export const SORTS = ["newest", "last_order", "spent", "points"] as const satisfies readonly Sort[];

export interface Filter {
  condition: Document | null;
  segment: string | null;
  sort: (typeof SORTS)[number];
}

/** Reads a filter; what nobody could have written is left out. */
export function readFilter(query: URLSearchParams): Filter {
  const sort = SORTS.find((one) => one === query.get("sort"));
  return { condition: documentOf(query.get("filter")), segment: query.get("segment"), sort: sort ?? "newest" };
}

/** Writes a filter, so that a link shows the same customers again. */
export function writeFilter(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.condition !== null) query.set("filter", JSON.stringify(filter.condition));
  if (filter.segment !== null) query.set("segment", filter.segment);
  if (filter.sort !== "newest") query.set("sort", filter.sort);
  return query;
}

/** Tells whether a condition leaves nobody out, however deep its empty parts are. */
export function isEverybody(condition: Document): boolean {
  const parts: unknown = condition["all"];
  return Object.keys(condition).length === 1 && Array.isArray(parts) && parts.every((one: Document) => isEverybody(one));
}

/** Tells whether a filter leaves nobody out: what is done with it is done to the whole brand. */
export function leavesNobodyOut(filter: Filter): boolean {
  return filter.segment === null && (filter.condition === null || isEverybody(filter.condition));
}

/** Tells why somebody may not work on everybody who is listed; null when they may. */
export function whyNoBulk(filter: Filter, held: number | null, canFilter: boolean): "nobodyHeld" | "cannotFilter" | null {
  if (held === null || held === 0) return "nobodyHeld";
  // Without a filter and without a way to one, the only act there is would be on the whole brand.
  return leavesNobodyOut(filter) && !canFilter ? "cannotFilter" : null;
}

function documentOf(text: string | null): Document | null {
  if (text === null) return null;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Document) : null;
  } catch {
    return null;
  }
}
