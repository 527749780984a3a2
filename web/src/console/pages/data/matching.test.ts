import { describe, expect, it } from "vitest";
import { matching } from "./matching";

const reason = (code: string, kind: "order" | "refund", account: string, count: number, brand = "wool") =>
  ({ code, kind, account, brand, count, oldest_at: "2026-01-01T00:00:00Z", newest_at: "2026-01-01T00:00:00Z", example: "" });
const COUNTS = [
  reason("orders.unknown_sku", "order", "pos:main", 700),
  reason("orders.unknown_sku", "order", "tmall:main", 20),
  reason("channels.unreadable", "refund", "pos:main", 3),
  reason("channels.unreadable", "refund", "pos:silk", 9, "silk"),
];

describe("how many refused records a filter means", () => {
  it("is all of them without a filter", () => { expect(matching(COUNTS, {})).toBe(732); });
  it("holds all parts together", () => {
    expect(matching(COUNTS, { code: "orders.unknown_sku" })).toBe(720);
    expect(matching(COUNTS, { code: "orders.unknown_sku", account: "tmall:main" })).toBe(20);
    expect(matching(COUNTS, { kind: "refund", code: "orders.unknown_sku" })).toBe(0);
    expect(matching(COUNTS, { brand: "wool" })).toBe(723);
    expect(matching(COUNTS, { brand: "silk", kind: "refund" })).toBe(9);
  });
});
