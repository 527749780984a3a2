import { describe, expect, it } from "vitest";
import { addressOf, askedOf, grainOf, lastDay, questionOf } from "./question";

describe("a question on figures", () => {
  it("is the same after it went through the address", () => {
    const question = {
      metrics: ["sales", "orders"], by: ["month", "store"], from: "2026-01-01", to: "2026-03-31",
      compare: "last_year" as const, view: "table" as const,
    };
    expect(questionOf(addressOf(question))).toEqual(question);
    expect(questionOf(addressOf({ ...question, by: [] })).by).toEqual([]);
  });
  it("begins with net sales by day where the address says nothing", () => {
    expect(questionOf(new URLSearchParams())).toMatchObject({ metrics: ["net_sales"], by: ["day"], compare: null, view: "chart" });
  });
  it("leaves out what the address cannot mean", () => {
    expect(questionOf(new URLSearchParams("from=yesterday&beside=never&view=pie"))).toMatchObject({ from: null, compare: null, view: "chart" });
  });
  it("asks the server for the day after its last one", () => {
    const asked = askedOf(questionOf(new URLSearchParams("from=2026-02-01&to=2026-02-28")));
    expect(asked).toMatchObject({ since: "2026-02-01", until: "2026-03-01" });
    expect(lastDay("2026-03-01")).toBe("2026-02-28");
  });
  it("knows its length of time", () => {
    expect(grainOf(["store", "week"])).toBe("week");
    expect(grainOf(["store"])).toBeNull();
  });
});
