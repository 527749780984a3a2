import { BY_CURSOR } from "@shared/api/byCursor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, instant, lastDayOf, money, movement } from "@shared/format";
import { Answered, Nothing, Panel } from "@shared/phone/parts";
import { Collapse, InfiniteScroll } from "antd-mobile";
import { useTranslation } from "react-i18next";

type Movement = Schemas["MovementOut"];
type Lot = Schemas["LotOut"];

/** The member's points: what expires when, and why each came or went. */
export default function Points({ zone }: { zone: string }) {
  const { t } = useTranslation("member");
  return (
    <>
      <h1>{t("points")}</h1>
      <Lots zone={zone} />
      <History />
    </>
  );
}

function Lots({ zone }: { zone: string }) {
  const { t } = useTranslation("member");
  const lots = api.useQuery("get", "/v1/my/points/lots");
  return (
    <Panel title={t("byExpiry")}>
      <Answered query={lots}>
        {({ items }) =>
          items.length === 0 ? <p className="weak">{t("noPoints")}</p> : <>{items.map((lot) => <LotRow key={lot.id} lot={lot} zone={zone} />)}</>
        }
      </Answered>
    </Panel>
  );
}

function LotRow({ lot, zone }: { lot: Lot; zone: string }) {
  const { t } = useTranslation("member");
  const waits = lot.activates_at === null || Date.parse(lot.activates_at) > Date.now();
  return (
    <div className="row">
      <span>{count(lot.remaining)}</span>
      <span className="weak">
        {waits && lot.activates_at !== null
          ? t("activates", { day: day(lot.activates_at) })
          : lot.expires_at === null
            ? t("neverExpires")
            : t("expiresOn", { day: lastDayOf(lot.expires_at, zone) })}
      </span>
    </div>
  );
}

function History() {
  const { t } = useTranslation("member");
  const history = api.useInfiniteQuery("get", "/v1/my/points/history", { params: { query: { limit: 50 } } }, BY_CURSOR);
  return (
    <Panel title={t("history")}>
      <Answered query={history}>
        {(data) => {
          const rows = data.pages.flatMap((page) => page.items);
          if (rows.length === 0) return <Nothing title={t("noHistory")} hint={t("noHistoryHint")} />;
          return (
            <>
              <Collapse accordion>
                {rows.map((row) => (
                  <Collapse.Panel key={`${row.operation_id} ${row.side}`} title={<Line row={row} />}>
                    <Reason row={row} />
                  </Collapse.Panel>
                ))}
              </Collapse>
              <InfiniteScroll hasMore={history.hasNextPage} loadMore={async () => { await history.fetchNextPage(); }} />
            </>
          );
        }}
      </Answered>
    </Panel>
  );
}

function Line({ row }: { row: Movement }) {
  const { t } = useTranslation("member");
  return (
    <div className="row">
      <span>
        {t(`sides.${row.side}`)}
        <span className="weak"> {instant(row.occurred_at)}</span>
      </span>
      <strong>{movement(row.points)}</strong>
    </div>
  );
}

/** Why points came: which rules of the programme gave how much for which sum. */
function Reason({ row }: { row: Movement }) {
  const { t, i18n } = useTranslation("member");
  const rules = row.why?.rules ?? [];
  return (
    <>
      <p>{row.by_hand === null ? t("balanceAfter", { points: count(row.balance_after) }) : row.reason}</p>
      {rules.map((rule, place) => (
        <p key={place} className="weak">
          {t("ruleGave", {
            rule: i18n.language === "zh-CN" ? rule.chinese : rule.english, points: count(rule.amount), base: money(rule.base_minor),
          })}
        </p>
      ))}
      {row.order_no !== null && <p className="weak">{t("ofOrder", { order: row.order_no })}</p>}
    </>
  );
}
