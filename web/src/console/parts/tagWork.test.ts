import { expect, it } from "vitest";
import { endingOf, undoneIn } from "./tagWork";

const job = { kind: "console.give_tag", arguments: { brand: "yunzhi" }, result: null };

it("tells of a finished job how many it changed and how many it could not", () => {
  const result = { changed_count: 12, refused_count: 3 };
  expect(endingOf({ state: "done", result })).toEqual({ came: "whole", changed: 12, refused: 3 });
});

it("tells of a failed or cancelled job that nobody knows how much of it was done", () => {
  expect(endingOf({ state: "failed", result: null })).toEqual({ came: "broken", state: "failed" });
  expect(endingOf({ state: "cancelled", result: null })).toEqual({ came: "broken", state: "cancelled" });
});

it("tells nothing of a job that goes on", () => {
  expect(endingOf({ state: "waiting", result: null })).toBeNull();
  expect(endingOf({ state: "running", result: null })).toBeNull();
});

it("offers to undo what ended, however it did, and nothing that is no such work", () => {
  expect(undoneIn({ ...job, state: "done" })).toBe("yunzhi");
  expect(undoneIn({ ...job, state: "failed" })).toBe("yunzhi");
  expect(undoneIn({ ...job, state: "cancelled", kind: "console.withdraw_tag" })).toBe("yunzhi");
  expect(undoneIn({ ...job, state: "running" })).toBeNull();
  expect(undoneIn({ ...job, state: "done", kind: "console.undo_tag" })).toBeNull();
  expect(undoneIn({ ...job, state: "done", kind: "segments.export_audience" })).toBeNull();
});
