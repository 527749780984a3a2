/** The policy as rows of a form: what changed, and the document that is saved; pure. */
import type { Schemas } from "@shared/api/client";

export type Policy = Schemas["PolicyDocument"];
export type Rules = Schemas["KindRules"];
export type Kind = Schemas["IdentifierKind"];

/** What can be edited of a kind in a row. */
export const FIELDS = [
  "verified", "unverified", "virtual", "living_max", "living_days", "neighbours_max", "window_days", "expires_after_days", "priority",
] as const;
export type Field = (typeof FIELDS)[number];

export interface Changed {
  kind: Kind | null;
  field: Field | "person_identifiers_max";
  before: string | number | null;
  after: string | number | null;
}

/** Returns the kinds of a policy, the most believed first. */
export function kindsOf(policy: Policy): Kind[] {
  const kinds = Object.keys(policy.kinds ?? {}) as Kind[];
  return kinds.sort((one, other) => rulesOf(policy, one).priority - rulesOf(policy, other).priority || one.localeCompare(other));
}

/** Returns the rules of a kind; a document of the server names every kind. */
export function rulesOf(policy: Policy, kind: Kind): Rules {
  const rules = policy.kinds?.[kind];
  if (rules === undefined) throw new Error(`The policy does not name ${kind}.`);
  return rules;
}

/** Returns the policy with one field of a kind said otherwise. */
export function withField(policy: Policy, kind: Kind, field: Field, value: string | number | null): Policy {
  return { ...policy, kinds: { ...policy.kinds, [kind]: { ...rulesOf(policy, kind), [field]: value } } };
}

/** Returns what an edited policy says otherwise, kind by kind. */
export function changesOf(before: Policy, after: Policy): Changed[] {
  const found: Changed[] = [];
  const [size, wanted] = [before.person_identifiers_max ?? null, after.person_identifiers_max ?? null];
  if (size !== wanted) found.push({ kind: null, field: "person_identifiers_max", before: size, after: wanted });
  for (const kind of kindsOf(before)) {
    for (const field of FIELDS) {
      const [was, is] = [rulesOf(before, kind)[field] ?? null, rulesOf(after, kind)[field] ?? null];
      if (was !== is) found.push({ kind, field, before: was, after: is });
    }
  }
  return found;
}
