import { expect, it } from "vitest";
import { outcomes, shareOf } from "./outcomes";

it("folds counts by rule, without what became moot", () => {
  expect(
    outcomes([
      { rule: "likely", state: "open", reviews: 2 },
      { rule: "likely", state: "accepted", reviews: 3 },
      { rule: "likely", state: "moot", reviews: 9 },
      { rule: "living_max", state: "rejected", reviews: 1 },
      { rule: "operator", state: "accepted", reviews: 4 },
    ]),
  ).toEqual([
    { rule: "likely", open: 2, accepted: 3, rejected: 0 },
    { rule: "living_max", open: 0, accepted: 0, rejected: 1 },
  ]);
});

it("says nothing of nothing", () => {
  expect([shareOf(0, 0), shareOf(1, 4)]).toEqual([null, 0.25]);
});
