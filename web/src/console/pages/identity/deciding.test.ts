import { describe, expect, it } from "vitest";
import { type Review, afterDeciding, daysWaited, neighbour } from "./deciding";

const queue = ["rev_a", "rev_b", "rev_c"].map((id) => ({ id }) as Review);

describe("the queue of reviews", () => {
  it("goes on and back, and ends at its ends", () => {
    expect(neighbour(queue, "rev_a", 1)).toBe("rev_b");
    expect(neighbour(queue, "rev_b", -1)).toBe("rev_a");
    expect(neighbour(queue, "rev_c", 1)).toBeNull();
    expect(neighbour(queue, "rev_a", -1)).toBeNull();
  });

  it("begins anew where the current one was decided meanwhile", () => {
    expect(neighbour(queue, "rev_gone", 1)).toBe("rev_a");
    expect(neighbour(queue, "rev_gone", -1)).toBeNull();
    expect(neighbour([], "rev_gone", 1)).toBeNull();
  });

  it("turns to an earlier one after the last was decided", () => {
    expect(afterDeciding(queue, "rev_c")).toBe("rev_a");
    expect(afterDeciding(queue.slice(0, 1), "rev_a")).toBeNull();
  });

  it("counts whole days", () => {
    const now = Date.parse("2026-03-03T12:00:00Z");
    expect(daysWaited("2026-03-03T00:00:00Z", now)).toBe(0);
    expect(daysWaited("2026-03-01T00:00:00Z", now)).toBe(2);
    expect(daysWaited("2026-03-04T00:00:00Z", now)).toBe(0);
  });
});
