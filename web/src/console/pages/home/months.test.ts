import { describe, expect, it } from "vitest";
import { lastSold, toldOf } from "./months";

describe("the month that is told", () => {
  it("is the last one in which anything was sold", () => {
    expect(lastSold([{ month: "2026-01", orders: 3 }, { month: "2026-03", orders: 1 }, { month: "2026-04", orders: 0 }])).toBe("2026-03");
    expect(lastSold([{ month: "2026-01", orders: 0 }])).toBeNull();
  });
  it("is told so far while it runs, and whole once it is over", () => {
    expect(toldOf("2026-03", "2026-03-10T08:00:00")).toEqual({ since: "2026-03-01", until: "2026-03-11", trendSince: "2025-03-01", isCurrent: true });
    expect(toldOf("2026-02", "2026-03-10T08:00:00")).toMatchObject({ since: "2026-02-01", until: "2026-03-01", isCurrent: false });
  });
});
