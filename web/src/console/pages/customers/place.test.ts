import { expect, it } from "vitest";
import { placed } from "./place";

const FILTERED = "tab=timeline&kind=order&kind=refund";

it("keeps the filter when an order is closed", () => {
  const open = new URLSearchParams(`${FILTERED}&order=ord_1`);
  expect(placed(open, { tab: "timeline" }).toString()).toBe(FILTERED);
});

it("keeps the filter when an order is opened or another part is looked at", () => {
  const before = new URLSearchParams(FILTERED);
  expect(placed(before, { tab: "orders", order: "ord_1" }).toString()).toBe("tab=orders&kind=order&kind=refund&order=ord_1");
  expect(placed(placed(before, { tab: "points" }), { tab: "timeline" }).toString()).toBe(FILTERED);
  expect(before.toString()).toBe(FILTERED);
});
