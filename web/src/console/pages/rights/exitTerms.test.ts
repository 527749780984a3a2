import { describe, expect, it } from "vitest";
import { turnsOf } from "./exitTerms";

const NOW = { cooling_off_days: 7, points: "forfeit" } as const;

describe("how members leave", () => {
  it("turns what differs and nothing else", () => {
    expect(turnsOf(NOW, { ...NOW })).toEqual([]);
    expect(turnsOf(NOW, { cooling_off_days: 0, points: "keep" })).toEqual(["cooling_off_days", "points"]);
    expect(turnsOf(NOW, { cooling_off_days: null, points: "keep" })).toEqual(["points"]);
  });
});
