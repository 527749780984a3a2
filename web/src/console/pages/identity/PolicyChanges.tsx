import { useTranslation } from "react-i18next";
import type { Changed, Field } from "./policyForm";
import "./identity.css";

const NAMES: Readonly<Record<Field, string>> = {
  verified: "verified", unverified: "unverified", virtual: "virtual", living_max: "livingMax", living_days: "livingDays",
  neighbours_max: "neighboursMax", window_days: "windowDays", expires_after_days: "expires", priority: "priority",
};

/** Returns the words of the policy: the name of a field, of a value, and of a change. */
export function usePolicyWords() {
  const { t } = useTranslation("identity");
  const { t: word } = useTranslation("people");
  const field = (name: Changed["field"]) => (name === "person_identifiers_max" ? t("policyPage.personMax") : t(`policyPage.${NAMES[name]}`));
  const hint = (name: Field) => (name === "verified" || name === "unverified" || name === "virtual" ? t("policyPage.strengthHint") : t(`policyPage.${NAMES[name]}Hint`, { defaultValue: "" }));
  const value = (of: string | number | null) => {
    if (of === null) return t("policyPage.unlimited");
    return typeof of === "number" ? String(of) : t(`policyPage.strengths.${of}`);
  };
  const line = (one: Changed) => t("policyPage.diff", {
    kind: one.kind === null ? t("person") : word(`kinds.${one.kind}`),
    field: field(one.field), before: value(one.before), after: value(one.after),
  });
  return { field, hint, value, line };
}

/** What an edited policy says otherwise, in words. */
export function Changes({ changes }: { changes: readonly Changed[] }) {
  const words = usePolicyWords();
  return <ul className="plain">{changes.map((one) => <li key={`${String(one.kind)} ${one.field}`}>{words.line(one)}</li>)}</ul>;
}
