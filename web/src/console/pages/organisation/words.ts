import "./organisation.css";
/** What the pages of the organisation have in common: addresses, what was read, kinds of stores. */
import { type Said, useWords as useSaid } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";

export type Organisation = Schemas["OrganisationOut"];
export type Store = Schemas["StoreOut"];
export type StoreKind = Store["kind"];
export type Staff = Schemas["StaffOut"];
export type Account = Schemas["ChannelAccountOut"];
export type Touchpoint = Schemas["TouchpointOut"];
export type Rows = Schemas["RowsOut"];

export const STORE_KINDS: readonly StoreKind[] = [
  "direct", "franchise", "dealer", "counter", "outlet", "campus", "multi_brand", "online_shop", "warehouse",
];

/** Reads words of the address, "" for one that is not there, and says others. */
export function useWords(): [(name: string) => string, (words: Said) => void] {
  const [query, say] = useSaid();
  return [(name) => query.get(name) ?? "", say];
}

/** Asks for the organisation; whoever sees some stores only is refused, and needs none of it. */
export function useOrganisation() {
  return api.useQuery("get", "/v1/organisation", {});
}

/** Asks for the regions of a hierarchy. */
export function useRegions(hierarchy: string) {
  return api.useQuery(
    "get",
    "/v1/organisation/hierarchies/{hierarchy}/regions",
    { params: { path: { hierarchy } } },
    { enabled: hierarchy !== "" },
  );
}

/** Returns the hierarchy that has the most regions: the one that people mean when they say none. */
export function fullest(hierarchies: Organisation["hierarchies"] = []): string {
  return [...hierarchies].sort((one, other) => other.regions - one.regions)[0]?.code ?? "";
}

/** Returns the header that says which version somebody has read. */
export function match(version: number): { "If-Match": string } {
  return { "If-Match": `"${String(version)}"` };
}

/** Returns options of a select for things with a code and a name. */
export function choices(things: readonly { code: string; name: string }[]): { value: string; label: string }[] {
  return things.map((one) => ({ value: one.code, label: one.name === one.code ? one.code : `${one.name} (${one.code})` }));
}
