import { describe, expect, it } from "vitest";
import { cells, records } from "./csv";

describe("cells", () => {
  it("reads what a sheet writes: a byte mark, quotes, separators in quotes, empty lines", () => {
    expect(cells('\uFEFFcode,name\r\nS1,"West ""Lake"", east"\r\n\r\nS2, Plain \r\n')).toEqual([
      ["code", "name"], ["S1", 'West "Lake", east'], ["S2", "Plain"],
    ]);
  });

  it("reads what is pasted from a sheet, which has tabs", () => {
    expect(cells("a\tb\n1\t2,3")).toEqual([["a", "b"], ["1", "2,3"]]);
  });
});

describe("records", () => {
  it("takes columns by either language's name and leaves unknown ones out", () => {
    const names = { code: "code", "门店编码": "code", name: "name" };
    expect(records("门店编码,Name,Size\nS1,West,9", names)).toEqual([{ code: "S1", name: "West" }]);
  });
});
