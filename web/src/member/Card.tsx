import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, lastDayOf } from "@shared/format";
import { Answered, Panel } from "@shared/phone/parts";
import { useNamed } from "@shared/phone/useNamed";
import { NoticeBar, ProgressBar } from "antd-mobile";
import { useTranslation } from "react-i18next";

type CardData = Schemas["MyCardOut"];
type Progress = Schemas["MyProgressOut"];

/** The member's card, and how far the next tier is. */
export default function Card({ zone }: { zone: string }) {
  const card = api.useQuery("get", "/v1/my/card");
  return <Answered query={card}>{(data) => <Shown card={data} zone={zone} />}</Answered>;
}

function Shown({ card, zone }: { card: CardData; zone: string }) {
  const { t } = useTranslation("member");
  const named = useNamed();
  return (
    <>
      <Panel className="member-card">
        <div className="row">
          <h1>{card.brand_name}</h1>
          {card.progress !== null && <strong>{named(card.progress.tier)}</strong>}
        </div>
        <p>{card.name ?? t("nameless")}</p>
        <div className="row">
          <span className="weak">{card.cards[0] ?? t("noCard")}</span>
          <span className="weak">{card.member_since !== null && t("since", { day: day(card.member_since) })}</span>
        </div>
      </Panel>
      {card.leaves_at !== null && <NoticeBar color="alert" wrap content={t("leavesAt", { day: day(card.leaves_at) })} />}
      <Panel title={t("points")}>
        <div className="big">{count(card.points)}</div>
        {card.pending_points > 0 && <p className="weak">{t("pending", { points: count(card.pending_points) })}</p>}
        <p className="weak">
          {card.next_expiry_at === null
            ? t("nothingExpires")
            : t("expires", { points: count(card.next_expiry_points), day: lastDayOf(card.next_expiry_at, zone) })}
        </p>
      </Panel>
      {card.progress === null ? <Panel><p className="weak">{t("noTier")}</p></Panel> : <TierProgress progress={card.progress} />}
    </>
  );
}

function TierProgress({ progress }: { progress: Progress }) {
  const { t } = useTranslation("member");
  const named = useNamed();
  const goal = progress.growth + progress.growth_missing;
  const percent = progress.next_tier === null || goal === 0 ? 100 : Math.floor((100 * progress.growth) / goal);
  const next = progress.next_tier;
  return (
    <Panel title={t("tier")}>
      <div role="progressbar" aria-label={t("tier")} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
        <ProgressBar percent={percent} />
      </div>
      <p>
        {next === null
          ? t("top", { tier: named(progress.tier) })
          : t("toNext", { growth: count(progress.growth_missing), tier: named(next) })}
      </p>
      <p className="weak">
        {t("tierWhy", {
          tier: named(progress.tier), day: day(progress.since),
          reached: count(progress.reached_at_growth), growth: count(progress.growth),
        })}
      </p>
      {progress.pending_growth > 0 && <p className="weak">{t("pendingGrowth", { growth: count(progress.pending_growth) })}</p>}
    </Panel>
  );
}
