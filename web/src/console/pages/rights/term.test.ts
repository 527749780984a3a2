import { describe, expect, it } from "vitest";
import { closingsOf, dueOf, termOf } from "./term";

const now = Date.parse("2026-03-10T12:00:00Z");

describe("a term", () => {
  it.each([
    ["2026-03-10T11:59:00Z", "late", 1],
    ["2026-03-08T12:00:00Z", "late", 2],
    ["2026-03-10T18:00:00Z", "today", 0],
    ["2026-03-12T13:00:00Z", "soon", 2],
    ["2026-03-13T12:00:00Z", "calm", 3],
  ])("that ends %s is %s by %i days", (dueAt, urgency, days) => {
    expect(termOf(dueAt, now, 3)).toEqual({ urgency, days });
  });

  it("begins with the day on which it came", () => {
    expect(dueOf(Date.parse("2026-03-01T00:00:00Z"), 15)).toBe("2026-03-16T00:00:00.000Z");
  });
});

describe("closing a request", () => {
  it("does not say done of what has to be carried out", () => {
    expect(closingsOf({ kind: "export", state: "open" })).toEqual(["refused", "withdrawn"]);
    expect(closingsOf({ kind: "correct", state: "open" })).toContain("done");
    expect(closingsOf({ kind: "exit", state: "cooling" })).toEqual([]);
    expect(closingsOf({ kind: "erase", state: "done" })).toEqual([]);
  });
});
