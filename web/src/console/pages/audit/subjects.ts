/** Where the subject of an entry is shown: the page of the console, or none. */
import { useBrand } from "@console/brand";
import { PAGES, mayOpen } from "@console/page";
import type { Schemas } from "@shared/api/client";
import { useSession } from "@shared/session";
import { matchPath } from "react-router";

export type Told = Pick<Schemas["EntryOut"], "subject" | "act" | "brand">;

interface Place {
  /** Null: the thing is of the whole group, and is shown below any brand. */
  brand: string | null;
  page: string;
}

/** How the audit says that records were refused for whatever reason. */
const ANY_REASON = "*";

type PageOf = (key: string) => string;

/** Things that are named by their id alone; keys and guides are named instead of shown. */
const BY_ID: Readonly<Record<string, PageOf>> = {
  cus: (id) => `customers/${id}`,
  job: (id) => `jobs?job=${id}`,
  mrg: () => "identity/history",
  per: (id) => `identity/persons/${id}`,
  rev: (id) => `identity/reviews/${id}`,
  upl: (id) => `data/imports/${id}`,
  usr: (id) => `users?user=${id}`,
  rec: (id) => `data/quarantine?record=${id}`,
};

/** Things that are named `kind:brand/code`. */
const OF_A_BRAND: Readonly<Record<string, PageOf>> = {
  segment: (code) => `segments/${code}`,
  tag: (code) => `tags/${code}`,
  tag_pack: (code) => `tags?pack=${code}`,
  model: (code) => `models/${code}`,
  touchpoint: () => "touchpoints",
  opening: () => "data/openings",
  consent_policy: () => "rights/policies",
  exit_policy: () => "rights/policies",
  identity_policy: () => "identity/policy",
};

/** Things of the group, named `kind:code`; a draft by its id, as it is below the brand of its entry. */
const OF_THE_GROUP: Readonly<Record<string, PageOf>> = {
  draft: (id) => `programme/drafts/${id}`,
  mapping: (code) => `data/mappings?mapping=${code}`,
  refused: (code) => (code === encodeURIComponent(ANY_REASON) ? "data/quarantine" : `data/quarantine?code=${code}`),
  store: (code) => `stores?text=${code}`,
  staff: (code) => `staff?text=${code}`,
  role: (code) => `roles?role=${code}`,
  account: () => "accounts",
  persona: () => "accounts",
  group: () => "organisation",
  legal_entity: () => "organisation",
  identity_domain: () => "organisation",
  hierarchy: () => "organisation",
  region: () => "organisation",
  unit: () => "organisation",
};

/** Returns the page that shows what an entry is about, or null where none does. */
export function placeOf({ subject, act, brand }: Told): Place | null {
  const byId = BY_ID[/^([a-z]{3})_\w+$/.exec(subject)?.[1] ?? ""];
  if (byId !== undefined) return { brand, page: byId(subject) };
  const [kind, key] = parted(subject);
  if (kind === "brand") return { brand: key, page: act.startsWith("programme") ? "programme" : "organisation" };
  const ofGroup = OF_THE_GROUP[kind];
  if (ofGroup !== undefined) return { brand, page: ofGroup(encodeURIComponent(key)) };
  const [of, code] = parted(key, "/");
  const ofBrand = OF_A_BRAND[kind];
  return ofBrand === undefined ? null : { brand: of, page: ofBrand(encodeURIComponent(code)) };
}

/** Tells which page of the console an address below a brand leads to. */
export const pageAt = (address: string) => PAGES.find((one) => matchPath(`/${one.path}`, `/${parted(address, "?")[0]}`) !== null);

/** Returns a function that tells the address of an entry's subject; none where the reader may not look. */
export function useSubjectAddress(): (told: Told) => string | null {
  const { code } = useBrand();
  const { brands, permissions } = useSession();
  return (told) => {
    const place = placeOf(told);
    const page = place === null ? undefined : pageAt(place.page);
    if (place === null || page === undefined || !mayOpen(page, permissions)) return null;
    const brand = place.brand ?? code;
    return brands.some((one) => one.code === brand) ? `/${encodeURIComponent(brand)}/${place.page}` : null;
  };
}

/** Returns what stands before and after the first separator. */
export function parted(text: string, separator = ":"): [string, string] {
  const place = text.indexOf(separator);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}
