import { describe, expect, it } from "vitest";
import { loses } from "./unsaved";

const at = (pathname: string, search = "", state: unknown = null) => ({ pathname, search, state });

describe("a step of the address", () => {
  it("loses what is edited on another page, another brand, or another search", () => {
    expect(loses([], at("/a/tags"), at("/a/segments"))).toBe(true);
    expect(loses(["as"], at("/a/tags"), at("/b/tags"))).toBe(true);
    expect(loses([], at("/a/customers"), at("/a/customers", "", { find: "x" }))).toBe(true);
  });
  it("loses a drawer that the query opens, and keeps the tabs that an editor turns itself", () => {
    expect(loses([], at("/a/stores", "?edit=1"), at("/a/stores"))).toBe(true);
    expect(loses(["as"], at("/a/drafts/1"), at("/a/drafts/1", "?as=document"))).toBe(false);
    expect(loses(["as"], at("/a/drafts/1", "?as=form"), at("/a/drafts/1", "?as=document&tab=2"))).toBe(true);
  });
  it("loses nothing where only the place on the page or the order of words differs", () => {
    expect(loses([], at("/a/drafts/1", "?x=1&y=2"), at("/a/drafts/1", "?y=2&x=1", undefined))).toBe(false);
  });
});
