import { count } from "@shared/format";
import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Tier, Told } from "./words";
import { useSay } from "./words";
import "./programme.css";

interface Props {
  tiers: readonly Tier[];
  told: Told;
  /** How many members have each tier now, by its code; missing where the figures are not there. */
  members?: ReadonlyMap<string, number>;
}

/** The tiers as steps that rise from left to right, each with its threshold and its members. */
export function Ladder({ tiers, told, members }: Props) {
  const { t } = useTranslation("programme");
  const say = useSay();
  return (
    <ol className="ladder" aria-label={t("tiers")}>
      {tiers.map((tier, place) => (
        <li key={tier.code} style={{ "--step": place + 1, "--steps": tiers.length } as React.CSSProperties}>
          <div className="rise" aria-hidden />
          <Typography.Text strong>{say(tier.names)}</Typography.Text>
          <span className="threshold">{say(told.tiers[tier.code])}</span>
          <span className="muted">
            {place > 0 && t("aboveBefore", { growth: count(tier.growth - (tiers[place - 1]?.growth ?? 0)) })}
          </span>
          {members !== undefined && <span className="muted">{t("membersNow", { count: members.get(tier.code) ?? 0, shown: count(members.get(tier.code) ?? 0) })}</span>}
        </li>
      ))}
    </ol>
  );
}
