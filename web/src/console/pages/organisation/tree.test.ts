import { describe, expect, it } from "vitest";
import { branches, storesIn } from "./tree";

const region = (code: string, parent: string | null, stores = 1) => ({ code, parent, stores });

describe("branches", () => {
  it("puts regions below their parents, in whatever order they come", () => {
    const [north, lost] = branches([region("city", "north"), region("north", null), region("lost", "gone")]);
    expect(north?.leaf.code).toBe("north");
    expect(north?.below.map((one) => one.leaf.code)).toEqual(["city"]);
    expect(lost?.leaf.code).toBe("lost");
  });

  it("counts the stores of a region with those below it", () => {
    const [north] = branches([region("north", null, 2), region("city", "north", 3), region("ward", "city", 5)]);
    expect(north === undefined ? 0 : storesIn(north)).toBe(10);
  });
});
