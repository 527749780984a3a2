import { expect, it } from "vitest";
import { isEverybody, leavesNobodyOut, readFilter, whyNoBulk, writeFilter } from "./filter";

const NOBODY_OUT = { condition: null, segment: null, sort: "newest" } as const;
const BUYERS = { facts: "orders", measure: "count", at_least: 1 };

it("knows a condition that leaves nobody out, however deep it is", () => {
  expect(isEverybody({ all: [] })).toBe(true);
  expect(isEverybody({ all: [{ all: [] }, { all: [{ all: [] }] }] })).toBe(true);
  expect(isEverybody({ all: [{ all: [] }, BUYERS] })).toBe(false);
  expect(isEverybody({ any: [] })).toBe(false);
});

it("takes a filter by a segment for one, and an empty condition for none", () => {
  expect(leavesNobodyOut(NOBODY_OUT)).toBe(true);
  expect(leavesNobodyOut({ ...NOBODY_OUT, condition: { all: [] } })).toBe(true);
  expect(leavesNobodyOut({ ...NOBODY_OUT, segment: "regulars" })).toBe(false);
  expect(leavesNobodyOut({ ...NOBODY_OUT, condition: BUYERS })).toBe(false);
});

it("offers work on all only to who can filter, or who was given a filter", () => {
  expect(whyNoBulk(NOBODY_OUT, 30, false)).toBe("cannotFilter");
  expect(whyNoBulk(NOBODY_OUT, 30, true)).toBeNull();
  expect(whyNoBulk({ ...NOBODY_OUT, condition: BUYERS }, 30, false)).toBeNull();
  expect(whyNoBulk({ ...NOBODY_OUT, condition: BUYERS }, 0, true)).toBe("nobodyHeld");
  expect(whyNoBulk(NOBODY_OUT, null, true)).toBe("nobodyHeld");
});

it("reads the filter that it wrote", () => {
  const filter = { condition: BUYERS, segment: "regulars", sort: "spent" } as const;
  expect(readFilter(writeFilter(filter))).toEqual(filter);
});
