import { describe, expect, it } from "vitest";
import { SCORES, at, between, conditionOf, heat, within } from "./grid";

const CELLS = SCORES.flatMap((recency) =>
  SCORES.flatMap((frequency) => SCORES.map((monetary) => ({ recency, frequency, monetary, customers: recency * frequency, amount_minor: monetary }))));

describe("the grid", () => {
  it("counts everybody once, whichever two axes are shown", () => {
    const everybody = CELLS.reduce((sum, cell) => sum + cell.customers, 0);
    for (const [rows, columns] of [["recency", "frequency"], ["recency", "monetary"], ["frequency", "monetary"]] as const) {
      const cells = SCORES.flatMap((row) => SCORES.map((column) => within(CELLS, rows, columns, at(row, column)).customers));
      expect(cells.reduce((sum, one) => sum + one, 0)).toBe(everybody);
      expect(within(CELLS, rows, columns, between(at(1, 1), at(5, 5))).customers).toBe(everybody);
    }
  });

  it("takes the rectangle between two corners from any side", () => {
    expect(between(at(4, 1), at(2, 3))).toEqual({ rows: [2, 4], columns: [1, 3] });
    expect(within(CELLS, "recency", "frequency", between(at(4, 1), at(5, 2))).customers).toBe((4 + 5) * (1 + 2) * 5);
  });

  it("becomes a condition that asks for what is not whole", () => {
    expect(conditionOf("rfm", "recency", "frequency", between(at(4, 1), at(5, 5)))).toEqual({ all: [{ field: "models.rfm_r", in: ["4", "5"] }] });
    expect(conditionOf("rfm", "recency", "monetary", at(1, 5))).toEqual({
      all: [{ field: "models.rfm_r", in: ["1"] }, { field: "models.rfm_m", in: ["5"] }],
    });
    expect(conditionOf("rfm", "recency", "frequency", between(at(1, 1), at(5, 5)))).toEqual({ all: [{ field: "models.rfm_r", is_known: true }] });
  });

  it("colours nothing where nobody is", () => {
    expect([heat(0, 9), heat(0, 0), heat(9, 9)]).toEqual([0, 0, 80]);
  });
});
