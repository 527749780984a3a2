import { expect, it } from "vitest";
import { placeOf } from "./place";

const HERE = "https://huitong.test";

it("leads to a page of the console, with its query", () => {
  expect(placeOf("/console/grocer/customers?find=1#top", HERE)).toBe("/grocer/customers?find=1#top");
  expect(placeOf("/console", HERE)).toBe("/");
});

it.each([
  null,
  "",
  "https://evil.test/console/",
  "//evil.test/console/",
  "/\\evil.test/console/",
  "\\\\evil.test",
  "/console/../guide/",
  "/console//evil.test",
  "/consolelike",
  "javascript:alert(1)",
  "/console/\nx",
  "console/grocer",
])("leads nowhere else: %s", (to) => {
  expect(placeOf(to, HERE)).toBeNull();
});
