import { count } from "@shared/format";
import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { useMembersByTier } from "./members";
import type { Difference, DraftShown } from "./words";
import { useSay } from "./words";

/** Who is affected, as far as the figures know it cheaply: the members of the tiers that change. */
export function Affected({ changes, draft }: { changes: readonly Difference[]; draft: DraftShown }) {
  const { t } = useTranslation("programme");
  const say = useSay();
  const members = useMembersByTier();
  if (members === undefined) return null;
  const everybody = [...members.values()].reduce((sum, one) => sum + one, 0);
  const tiers = [...new Set(changes.filter((one) => one.section === "tiers" && one.code !== null).map((one) => one.code ?? ""))];
  const named = draft.programme.tiers.filter((tier) => tiers.includes(tier.code));
  const parts = tiers.map((code) => {
    const tier = named.find((one) => one.code === code);
    return t("tierHolds", { name: tier === undefined ? code : say(tier.names), count: members.get(code) ?? 0, shown: count(members.get(code) ?? 0) });
  });
  const hasMore = changes.some((one) => one.section !== "tiers");
  if (hasMore) parts.push(t("everybodyFrom", { count: everybody, shown: count(everybody) }));
  if (changes.some((one) => one.section === "tiers")) parts.push(t("tiersNext"));
  if (parts.length === 0) return null;
  return <Alert type="info" showIcon title={t("affected")} description={parts.map((part) => <div key={part}>{part}</div>)} />;
}
