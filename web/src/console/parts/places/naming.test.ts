import { describe, expect, it } from "vitest";
import { nameAndCode, optionsOf } from "./naming";

const lin = { code: "g-01", name: "\u6797\u5c0f\u6ee1" };
const mei = { code: "g-02", name: null };

describe("a choice of stores or staff", () => {
  it("says name and code, and the code alone where there is no name", () => {
    expect([lin, mei, { code: "w", name: "w" }].map(nameAndCode)).toEqual([`${String(lin.name)} (g-01)`, "g-02", "w"]);
  });

  it("names what is chosen although the search did not find it", () => {
    expect(optionsOf([mei], [lin], ["g-01"])).toEqual([
      { value: "g-02", label: "g-02" },
      { value: "g-01", label: `${String(lin.name)} (g-01)` },
    ]);
  });

  it("keeps a chosen code that nobody knows, and drops what is neither found nor chosen", () => {
    expect(optionsOf([], [lin], ["gone"])).toEqual([{ value: "gone", label: "gone" }]);
  });
});
