import { EditOutlined, MinusOutlined, PlusOutlined } from "@ant-design/icons";
import { Empty } from "@console/parts/Empty";
import { Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Difference, Rule, Told } from "./words";
import { useSay } from "./words";

import "./programme.css";

const MARKS = { added: PlusOutlined, removed: MinusOutlined, changed: EditOutlined } as const;

/** What changes, one sentence each, with what becomes of it. */
export function Changes({ changes, nothing }: { changes: readonly Difference[]; nothing?: string }) {
  const { t } = useTranslation("programme");
  const say = useSay();
  if (changes.length === 0) return <Typography.Text type="secondary">{nothing ?? t("noChanges")}</Typography.Text>;
  return (
    <ul className="changes">
      {changes.map((one, place) => {
        const Mark = MARKS[one.turn];
        return (
          <li key={`${one.place.join(".")} ${String(place)}`}>
            <Mark className={`mark ${one.turn}`} role="img" aria-label={t(`turns.${one.turn}`)} />
            <span>{say(one.words)}</span>
          </li>
        );
      })}
    </ul>
  );
}

interface RulesProps {
  rules: readonly Rule[];
  told: Told;
  /** The buttons of one rule; none where it is only shown. */
  actions?: (rule: Rule, place: number) => ReactNode;
  isFaulty?: (place: number) => boolean;
}

/** The earning rules, each with all that it says in words. */
export function Rules({ rules, told, actions, isFaulty }: RulesProps) {
  const { t } = useTranslation("programme");
  const say = useSay();
  if (rules.length === 0) return <Empty hint={t("noRules")} />;
  return (
    <ul className="rules">
      {rules.map((rule, place) => (
        <li key={`${rule.code} ${String(place)}`} className={isFaulty?.(place) === true ? "faulty" : undefined}>
          <div className="body">
            <span>
              <Typography.Text strong>{say(rule.names)}</Typography.Text>{" "}
              <Tag>{t(`assets.${rule.asset}`)}</Tag>
              <Typography.Text type="secondary" code>{rule.code}</Typography.Text>
            </span>
            <span className="said">{say(told.rules[rule.code])}</span>
          </div>
          {actions?.(rule, place)}
        </li>
      ))}
    </ul>
  );
}

/** All else that a programme says: what it is about, and what it says. */
export function Statements({ told }: { told: Told }) {
  const { t } = useTranslation("programme");
  const say = useSay();
  const gifts = Object.entries(told.document_gifts);
  return (
    <dl className="statements">
      {told.statements.map((one) => [
        <dt key={`${one.field} name`}>{say(one.name)}</dt>,
        <dd key={one.field}>{say(one.value)}</dd>,
      ])}
      {gifts.map(([kind, words]) => [<dt key={`${kind} name`}>{t("documentGifts")}</dt>, <dd key={kind}>{say(words)}</dd>])}
    </dl>
  );
}
