import { describe, expect, it } from "vitest";
import { pageAt, placeOf } from "./subjects";

const SUBJECTS: readonly (readonly [subject: string, page: string])[] = [
  ["cus_00000000000g1", "customers/cus_00000000000g1"],
  ["job_00000000000g1", "jobs?job=job_00000000000g1"],
  ["mrg_00000000000g1", "identity/history"],
  ["per_00000000000g1", "identity/persons/per_00000000000g1"],
  ["rev_00000000000g1", "identity/reviews/rev_00000000000g1"],
  ["upl_00000000000g1", "data/imports/upl_00000000000g1"],
  ["usr_00000000000g1", "users?user=usr_00000000000g1"],
  ["rec_00000000000g1", "data/quarantine?record=rec_00000000000g1"],
  ["draft:drf_00000000000g1", "programme/drafts/drf_00000000000g1"],
  ["segment:grocer/regulars", "segments/regulars"],
  ["tag:grocer/city", "tags/city"],
  ["tag_pack:grocer/core", "tags?pack=core"],
  ["model:grocer/rfm", "models/rfm"],
  ["touchpoint:grocer/door", "touchpoints"],
  ["opening:grocer/points", "data/openings"],
  ["consent_policy:grocer/marketing/2025-1", "rights/policies"],
  ["exit_policy:grocer", "rights/policies"],
  ["identity_policy:grocer", "identity/policy"],
  ["mapping:tmall_orders", "data/mappings?mapping=tmall_orders"],
  ["refused:channels.unreadable", "data/quarantine?code=channels.unreadable"],
  ["refused:*", "data/quarantine"],
  ["store:nj-road", "stores?text=nj-road"],
  ["staff:g-01", "staff?text=g-01"],
  ["role:store_manager", "roles?role=store_manager"],
  ["account:grocer/tills", "accounts"],
  ["persona:tills/anna", "accounts"],
  ["group", "organisation"],
  ["legal_entity:main", "organisation"],
  ["identity_domain:main", "organisation"],
  ["hierarchy:sales", "organisation"],
  ["region:sales/east", "organisation"],
  ["unit:grocer/home", "organisation"],
  ["brand:grocer", "organisation"],
];

describe("where the subject of an entry is shown", () => {
  it.each(SUBJECTS)("%s leads to %s, a page that there is", (subject, page) => {
    expect(placeOf({ subject, act: "organisation.put", brand: "grocer" })?.page).toBe(page);
    expect(pageAt(page)).toBeDefined();
  });

  it("is the programme for what was done to that of a brand", () => {
    expect(placeOf({ subject: "brand:grocer", act: "programme.put", brand: "grocer" })).toEqual({ brand: "grocer", page: "programme" });
    expect(placeOf({ subject: "brand:grocer", act: "programme_policy.put", brand: "grocer" })?.page).toBe("programme");
  });

  it("is below the brand that the subject names, else that of its entry", () => {
    expect(placeOf({ subject: "segment:wool/a", act: "segment.put", brand: "wool" })?.brand).toBe("wool");
    expect(placeOf({ subject: "draft:drf_1", act: "programme.draft", brand: "wool" })?.brand).toBe("wool");
    expect(placeOf({ subject: "store:a", act: "store.put", brand: null })?.brand).toBeNull();
  });

  it("is no page where none is declared", () => {
    expect(pageAt("organisation/stores")).toBeUndefined();
  });

  it("is nowhere for what no page shows", () => {
    for (const subject of ["audit", "cli:root", "command:init", "key_00000000000g1", "idf_00000000000g1"]) {
      expect(placeOf({ subject, act: "x", brand: null })).toBeNull();
    }
  });
});
