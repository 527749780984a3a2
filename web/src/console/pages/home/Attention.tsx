import { useAddress } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { Badge, Card, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

type Line = Schemas["AttentionOut"];

/** Where each matter is looked after. */
const PLACES: Record<Line["matter"], string> = {
  requests_overdue: "rights?due=overdue",
  requests_urgent: "rights?due=urgent",
  exits_cooling: "rights?kind=exit",
  drafts_submitted: "programme/drafts?show=submitted",
  documents_waiting: "documents",
  reviews_waiting: "identity/reviews",
  records_refused: "data/quarantine",
  jobs_failed: "jobs?state=failed",
  lake_missing: "jobs",
  lake_old: "jobs",
};
const URGENT: ReadonlySet<Line["matter"]> = new Set(["requests_overdue", "jobs_failed", "lake_missing"]);

/** What needs somebody's attention: first what the reader can decide, each a number with a link. */
export function Attention({ lines }: { lines: readonly Line[] }) {
  const { t } = useTranslation("home");
  const at = useAddress();
  return (
    <Card title={t("attention")}>
      {lines.length === 0 ? <Empty title={t("allWell")} hint={t("allWellHint")} /> : (
        <ul className="attention">
          {lines.map((line) => {
            const shown = `${count(line.number)}${line.or_more ? "+" : ""}`;
            return (
              <li key={line.matter}>
                <Link to={at(PLACES[line.matter])}>
                  <Flex gap="small" align="baseline" wrap>
                    <Typography.Text strong className={URGENT.has(line.matter) ? "urgent" : undefined}>{t(`matters.${line.matter}`, { count: line.number, shown })}</Typography.Text>
                    {line.decides && <Badge status="processing" text={t("yours")} />}
                  </Flex>
                </Link>
                {line.since !== null && <span className="muted">{t("since", { at: instant(line.since) })}</span>}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
