import { expect, it } from "vitest";
import { inEffect } from "./versions";

it("takes the newest version of each purpose that has begun", () => {
  const old = { purpose: "marketing", effective_from: "2025-01-01T00:00:00Z" };
  const current = { purpose: "marketing", effective_from: "2026-01-01T00:00:00Z" };
  const coming = { purpose: "marketing", effective_from: "2027-01-01T00:00:00Z" };
  const service = { purpose: "service", effective_from: "2027-01-01T00:00:00Z" };
  const found = inEffect([current, coming, old, service], Date.parse("2026-06-01T00:00:00Z"));
  expect([...found]).toEqual([current]);
});
