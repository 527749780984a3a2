import { describe, expect, it } from "vitest";
import { fenOf, firstProgramme, freeCode, moved, newRule, pathOf, pathText, pathsOf, replaced, without, yuanOf } from "./editing";

describe("editing a programme", () => {
  it("replaces, removes and moves parts without changing the list it was given", () => {
    const parts = ["a", "b", "c"];
    expect(replaced(parts, 1, "x")).toEqual(["a", "x", "c"]);
    expect(without(parts, 0)).toEqual(["b", "c"]);
    expect(moved(parts, 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(parts, 0, 1)).toEqual(["b", "a", "c"]);
    expect(parts).toEqual(["a", "b", "c"]);
  });
  it("gives each new rule a code that no other has", () => {
    expect(freeCode(["rule_2"], "rule")).toBe("rule_3");
    expect(newRule(["rule_1", "rule_2"], { zh: "x", en: "x" }).code).toBe("rule_3");
  });
  it("keeps money in whole fen, whatever is typed", () => {
    expect(fenOf(0.29)).toBe(29);
    expect(fenOf(1.005)).toBe(100);
    expect(yuanOf(12_345)).toBe(123.45);
    expect(fenOf(null)).toBeNull();
  });
  it("reads category paths as they are written, slashes in names included", () => {
    const path = ["MISCELLANEOUS", "COUPON/MISC ITEMS"];
    expect(pathOf(pathText(path))).toEqual(path);
  });
  it("takes a path with or without spaces around its slashes, of either width", () => {
    for (const text of ["\u5973\u88c5 / \u978b", "\u5973\u88c5/\u978b", "\u5973\u88c5\uff0f\u978b", " \u5973\u88c5 \uff0f \u978b ", "\u5973\u88c5/ \u978b"]) {
      expect(pathOf(text)).toEqual(["\u5973\u88c5", "\u978b"]);
    }
    expect(pathOf(" / ")).toEqual([]);
  });
  it("leaves the paths of a rule as they were when another is added", () => {
    const had = [["COUPON/MISC ITEMS"], ["A", "B/C"]];
    expect(pathsOf([...had.map(pathText), "D/E"], had)).toEqual([...had, ["D", "E"]]);
  });
  it("begins a first programme with a tier at nothing and one rule", () => {
    const first = firstProgramme();
    expect(first.tiers[0]?.growth).toBe(0);
    expect(first.rules).toHaveLength(1);
  });
});
