import { Chart } from "@console/parts/Chart";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { count, day } from "@shared/format";
import { Flex, Skeleton, Table } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Side, TagDocument } from "./document";

const LINES_MAX = 6;

/** How many had each value, refresh by refresh. */
export function TagTrend({ brand, document, side }: { brand: string; document: TagDocument; side: Side }) {
  const { t } = useTranslation("tags");
  const trend = api.useQuery("get", "/v1/brands/{brand}/tags/{tag}/trend", { params: { path: { brand, tag: document.code } } });
  const items = useMemo(() => trend.data?.items ?? [], [trend.data]);
  const codes = useMemo(() => codesOf(items), [items]);
  const nameOf = useMemo(() => {
    const names = new Map(Array.isArray(document.values) ? document.values.map((value) => [value.code, value.names[side]]) : []);
    return (code: string) => (code === "None" || code === "known" ? t("known") : (names.get(code) ?? code));
  }, [document, side, t]);
  const option = useMemo(() => {
    const rising = [...items].reverse();
    return {
      tooltip: { trigger: "axis" },
      legend: {},
      grid: { left: 60, right: 20, top: 40, bottom: 30 },
      xAxis: { type: "category", data: rising.map((one) => one.day) },
      yAxis: { type: "value", minInterval: 1 },
      series: codes.slice(0, LINES_MAX).map((code) => ({ name: nameOf(code), type: "line", data: rising.map((one) => one.customers[code] ?? 0) })),
    };
  }, [codes, items, nameOf]);
  if (trend.error !== null) return <Refused error={trend.error} onRetry={() => void trend.refetch()} />;
  if (trend.data === undefined) return <Skeleton active />;
  if (items.length === 0) return <Empty title={t("neverRefreshed")} hint={t("neverRefreshedHint")} />;
  return (
    <Flex vertical gap="middle">
      {items.length > 1 && <Chart label={t("trendChart")} option={option} />}
      <Table
        size="small"
        rowKey="version"
        aria-label={t("trend")}
        dataSource={items}
        scroll={{ x: "max-content" }}
        pagination={items.length > 31 ? { pageSize: 31, showSizeChanger: false } : false}
        columns={[
          { title: t("day"), dataIndex: "day", render: (value: string) => day(value) },
          { title: t("refreshNumber"), dataIndex: "version", align: "right" },
          ...codes.slice(0, LINES_MAX * 2).map((code) => ({ title: nameOf(code), key: code, align: "right" as const, render: (_: unknown, row: (typeof items)[number]) => count(row.customers[code] ?? 0) })),
        ]}
      />
    </Flex>
  );
}

/** The values of the latest refresh first, those of most customers before. */
function codesOf(items: readonly { customers: Record<string, number> }[]): string[] {
  const most = new Map<string, number>();
  for (const { customers } of items) {
    for (const [code, number] of Object.entries(customers)) most.set(code, Math.max(most.get(code) ?? 0, number));
  }
  return [...most].sort(([, one], [, other]) => other - one).map(([code]) => code);
}
