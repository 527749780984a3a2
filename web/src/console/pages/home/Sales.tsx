import { useAddress } from "@console/brand";
import type { Schemas } from "@shared/api/client";
import { count, money } from "@shared/format";
import { Card, Segmented, Statistic, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Months } from "./Months";
import type { Told } from "./months";
import { lastDay, percentOf, shareOf } from "./words";

type Figures = Schemas["FiguresOut"];
type Row = Figures["rows"][number];

const VIEWS = ["chart", "table"] as const;

/** Sales month by month, drawn and as a table. */
export function Trend({ figures, told }: { figures: Figures; told: Told }) {
  const { t } = useTranslation("home");
  const at = useAddress();
  const [view, setView] = useState<(typeof VIEWS)[number]>("chart");
  return (
    <Card
      title={t("trend")}
      extra={<Segmented aria-label={t("view")} value={view} options={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))} onChange={setView} />}
    >
      {view === "chart" ? <Months rows={figures.rows} /> : (
        <Table<Row>
          aria-label={t("trend")}
          size="small"
          rowKey={(row) => String(row.by.month)}
          pagination={false}
          dataSource={figures.rows}
          columns={[
            { title: t("month"), key: "month", render: (_, row) => String(row.by.month) },
            { title: t("netSales"), key: "net", align: "end", className: "number", render: (_, row) => money(row.figures.net_sales?.value) },
            { title: t("memberSales"), key: "member", align: "end", className: "number", render: (_, row) => money(row.figures.member_sales?.value) },
            { title: t("orders"), key: "orders", align: "end", className: "number", render: (_, row) => count(row.figures.orders?.value) },
          ]}
        />
      )}
      <Link to={at(`figures?m=net_sales&m=member_sales&by=month&from=${told.trendSince}&to=${lastDay(told.until)}`)}>{t("look")}</Link>
    </Card>
  );
}

/** The members: all, new, active, and their share of sales. */
export function Members({ figures }: { figures: Figures | undefined }) {
  const { t } = useTranslation("home");
  const total = figures?.total ?? undefined;
  const counted = (["members", "new_members", "active_members"] as const).map((metric) => ({
    metric, text: count(total?.[metric]?.value), change: percentOf(total?.[metric]?.change_basis_points),
  }));
  const share = total?.member_share;
  const points = share?.change;
  const shown = [...counted, { metric: "member_share" as const, text: shareOf(share?.value), change: points === null || points === undefined ? "—" : `${points > 0 ? "+" : ""}${(points / 100).toFixed(1)} pp` }];
  return (
    <section aria-label={t("membersTitle")} className="members-now">
      {shown.map((one) => (
        <Card key={one.metric} size="small">
          <Statistic title={t(`members.${one.metric}`)} value={one.text} loading={figures === undefined} />
          <Typography.Text type="secondary">{t("changeOnly", { change: one.change })}</Typography.Text>
        </Card>
      ))}
    </section>
  );
}
