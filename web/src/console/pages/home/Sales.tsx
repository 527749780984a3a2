import { useAddress } from "@console/brand";
import { Chart } from "@console/parts/Chart";
import type { Schemas } from "@shared/api/client";
import { count, money, shortMoney } from "@shared/format";
import { Card, Segmented, Statistic, Table, Typography } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Told } from "./months";
import { lastDay, percentOf, shareOf } from "./words";

type Figures = Schemas["FiguresOut"];
type Row = Figures["rows"][number];

const FEN_A_YUAN = 100;
const VIEWS = ["chart", "table"] as const;

/** Sales month by month, drawn and as a table. */
export function Trend({ figures, told }: { figures: Figures; told: Told }) {
  const { t, i18n } = useTranslation("home");
  const at = useAddress();
  const [view, setView] = useState<(typeof VIEWS)[number]>("chart");
  const option = useMemo(() => ({
    tooltip: { trigger: "axis", valueFormatter: (value: number) => money(Math.round(value * FEN_A_YUAN)) },
    legend: { top: 0 },
    grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: figures.rows.map((row) => String(row.by.month)) },
    yAxis: { type: "value", axisLabel: { formatter: (value: number) => shortMoney(Math.round(value * FEN_A_YUAN)) } },
    series: [
      { type: "bar", name: t("netSales"), data: figures.rows.map((row) => yuan(row, "net_sales")) },
      { type: "line", name: t("memberSales"), data: figures.rows.map((row) => yuan(row, "member_sales")) },
    ],
    // The numbers and names in it change with the language.
  }), [figures, t]);
  return (
    <Card
      title={t("trend")}
      extra={<Segmented aria-label={t("view")} value={view} options={VIEWS.map((value) => ({ value, label: t(`views.${value}`) }))} onChange={setView} />}
    >
      {view === "chart" ? <Chart key={i18n.language} label={t("trendLabel")} option={option} /> : (
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

function yuan(row: Row, metric: string): number {
  return (row.figures[metric]?.value ?? 0) / FEN_A_YUAN;
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
