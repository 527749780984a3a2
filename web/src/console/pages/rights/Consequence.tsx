import { Memberships, useTierName } from "@console/parts/people/Memberships";
import type { Schemas } from "@shared/api/client";
import { count, day } from "@shared/format";
import { Alert, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Kind } from "./term";

export type Consequences = Schemas["ConsequencesOut"];

/** Returns the words for why a right cannot be carried out as things stand, if it cannot. */
export function useHindrance(): (kind: Kind, found: Consequences) => string | undefined {
  const { t } = useTranslation("rights");
  return (kind, found) => {
    const hindrance = kind === "exit" ? found.exit.hindrance : kind === "erase" ? found.erase.hindrance : null;
    if (hindrance === null) return undefined;
    return t(`consequence.hindrances.${hindrance}`, { points: count(found.membership.points.held), at: day(found.exit.due_at) });
  };
}

/** What carrying out a right does to a customer, said before anybody does it. */
export function Consequence({ kind, found }: { kind: Kind; found: Consequences }) {
  const { t } = useTranslation("rights");
  const hindrance = useHindrance()(kind, found);
  const lines = useLines(kind, found);
  return (
    <Flex vertical gap="small">
      <Memberships label={t("consequence.title")} rows={kind === "erase" ? found.erase.memberships : [found.membership]} />
      {hindrance !== undefined && <Alert type="warning" showIcon title={hindrance} />}
      <Typography.Text strong>{t("consequence.title")}</Typography.Text>
      <ul className="plain">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </Flex>
  );
}

function useLines(kind: Kind, found: Consequences): string[] {
  const { t } = useTranslation("rights");
  const tier = useTierName();
  const { exit, erase, membership } = found;
  if (kind === "correct") return [t("consequence.correct.how")];
  if (kind === "export") {
    const parts = found.copy_parts.map((one) => t(`consequence.parts.${one}`)).join(t("list"));
    return [t("consequence.export.parts", { parts }), t("consequence.export.plain"), t("consequence.export.receipt")];
  }
  if (kind === "exit") {
    return [
      t("consequence.exit.when", { days: exit.cooling_off_days, at: day(exit.due_at) }),
      ...(membership.tier === null ? [] : [t("consequence.exit.tier", { tier: tier(membership) })]),
      exit.points === "keep" ? t("consequence.exit.keep") : t("consequence.exit.forfeit", { points: count(exit.points_lost) }),
      t("consequence.exit.noContact"),
    ];
  }
  return [
    t("consequence.erase.all"),
    t("consequence.erase.identifiers", { count: erase.identifiers }),
    ...erase.memberships.map((one) => t("consequence.erase.member", { brand: one.brand_name, orders: count(one.orders), points: count(one.points.spendable + one.points.pending) })),
    t("consequence.erase.gift"),
    t("consequence.erase.requests"),
  ];
}
