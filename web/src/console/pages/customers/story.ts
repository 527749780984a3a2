/** What happened to a customer, each thing as one sentence. */
import type { Schemas } from "@shared/api/client";
import { count, money, movement } from "@shared/format";
import { useTranslation } from "react-i18next";
import { useWord } from "./words";

type Happening = Schemas["HappeningOut"];
type Say = (item: Happening) => string;

/** Returns what tells a thing that happened. */
export function useStory(): Say {
  const { t, i18n } = useTranslation("customers");
  const word = useWord();
  const language = i18n.language === "zh-CN" ? "chinese" : "english";
  return (item) => {
    const text = (name: string): string => {
      const value = item.facts[name];
      return value === null || value === undefined ? "" : String(value);
    };
    const number = (name: string): number => Number(item.facts[name] ?? 0);
    const facts: Record<Happening["kind"], () => Record<string, string>> = {
      enrolment: () => ({ store: text("store") }),
      order: () => ({ no: text("order_no"), paid: money(number("paid_minor")), item: text("item"), state: word("orderStates", item.what) }),
      refund: () => ({ no: text("order_no"), amount: money(number("amount_minor")), kind: word("refundKinds", item.what), state: word("refundStates", text("status")) }),
      points: () => ({ points: movement(number("points")), after: count(number("balance_after")), side: word("sides", item.what), reason: text("reason") }),
      tier: () => ({ before: text(`from_${language}`), after: text(`to_${language}`), growth: count(number("growth")) }),
      consent: () => ({ purpose: word("purposes", text("purpose")), version: text("policy_version") }),
      merge: () => ({ other: text("other") }),
      tag: () => ({ tag: text(`tag_${language}`), value: text(`value_${language}`), source: word("tagSources", text("source")) }),
      document: () => ({ document: word("documents", text("document")), reason: text("reason") }),
      relation: () => ({ relation: word("relations", text("relation")), who: text("staff") || text("store") }),
      class: () => ({ class: word("classes", text("class")), source: word("sources", text("source")) }),
      correction: () => ({ fields: text("fields").split(",").map((one) => word("fields", one)).join(", "), reason: text("reason") }),
      exit: () => ({}),
    };
    return t(`story.${item.kind}.${item.what}`, { ...facts[item.kind](), defaultValue: t(`story.${item.kind}.other`, facts[item.kind]()) }).trim();
  };
}
