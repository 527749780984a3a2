import { useAddress } from "@console/brand";
import { Chart } from "@console/parts/Chart";
import { Empty } from "@console/parts/Empty";
import type { Schemas } from "@shared/api/client";
import { count, percent } from "@shared/format";
import { Flex, Table } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Side, documentOf } from "./document";

const BASIS_POINTS = 10_000;
const BARS_MAX = 20;

/** Who has which value: as bars, and as a table whose rows lead to a segment. */
export function Distribution({ shown, side }: { shown: Schemas["TagShown"]; side: Side }) {
  const { t } = useTranslation("tags");
  const at = useAddress();
  const { code, values } = documentOf(shown);
  const isNumber = "unit" in values;
  const rows = shown.values;
  const option = useMemo(() => {
    const drawn = rows.filter((one) => one.customers > 0).slice(0, BARS_MAX).reverse();
    return {
      tooltip: { trigger: "item" },
      grid: { left: 8, right: 40, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", minInterval: 1 },
      yAxis: { type: "category", data: drawn.map((one) => one.names[side] ?? one.code) },
      series: [{ type: "bar", barMaxWidth: 24, label: { show: true, position: "right" }, data: drawn.map((one) => one.customers) }],
    };
  }, [rows, side]);
  if (shown.as_of === null) return <Empty title={t("neverRefreshed")} hint={t("neverRefreshedHint")} />;
  const segmentOf = (value: string) => {
    const condition = isNumber ? { field: `tags.${code}`, is_known: true } : { field: `tags.${code}`, in: [value] };
    return at(`segments/new?condition=${encodeURIComponent(JSON.stringify({ all: [condition] }))}`);
  };
  return (
    <Flex vertical gap="middle">
      {!isNumber && rows.some((one) => one.customers > 0) && <Chart label={t("distributionChart")} option={option} />}
      <Table
        size="small"
        rowKey="code"
        aria-label={t("distribution")}
        dataSource={rows}
        pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        locale={{ emptyText: <Empty title={t("noValues")} /> }}
        columns={[
          { title: t("value"), key: "name", render: (_, one) => (isNumber ? t("known") : (one.names[side] ?? one.code)) },
          { title: t("code"), dataIndex: "code", render: (value: string) => <code>{value}</code> },
          { title: t("people"), dataIndex: "customers", align: "right", render: (value: number) => count(value), sorter: (one, other) => one.customers - other.customers },
          { title: t("share"), dataIndex: "share_basis_points", align: "right", render: (value: number) => percent(value / BASIS_POINTS) },
          { title: t("use"), key: "use", render: (_, one) => <Link to={segmentOf(one.code)}>{t("toSegment")}</Link> },
        ]}
      />
    </Flex>
  );
}
