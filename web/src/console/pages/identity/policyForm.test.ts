import { describe, expect, it } from "vitest";
import { type Policy, changesOf, kindsOf, rulesOf, withField } from "./policyForm";

const rules = (priority: number) => ({
  verified: "proves", unverified: "proves", virtual: "suggests", living_max: 1, living_days: null, neighbours_max: 10,
  window_days: 365, expires_after_days: null, priority, anchors: [], blocked_values: [], blocked_patterns: [], virtual_prefixes: [],
});
const policy = { person_identifiers_max: 60, kinds: { phone: rules(4), openid: rules(1), pos_card: rules(3) } } as unknown as Policy;

describe("the form of a policy", () => {
  it("lists the most believed kinds first", () => {
    expect(kindsOf(policy)).toEqual(["openid", "pos_card", "phone"]);
  });

  it("says nothing changed of the same policy", () => {
    expect(changesOf(policy, structuredClone(policy))).toEqual([]);
  });

  it("tells each field that is said otherwise, and leaves the first alone", () => {
    const edited = withField(withField(policy, "pos_card", "living_max", 3), "phone", "unverified", "suggests");
    expect(changesOf(policy, edited)).toEqual([
      { kind: "pos_card", field: "living_max", before: 1, after: 3 },
      { kind: "phone", field: "unverified", before: "proves", after: "suggests" },
    ]);
    expect(rulesOf(policy, "pos_card").living_max).toBe(1);
  });

  it("tells a limit that is lifted", () => {
    expect(changesOf(policy, { ...policy, person_identifiers_max: null })).toEqual([
      { kind: null, field: "person_identifiers_max", before: 60, after: null },
    ]);
  });
});
