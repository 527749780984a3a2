import { Chart } from "@console/parts/Chart";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { count, day, movement } from "@shared/format";
import { Flex, Skeleton, Table } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

/** How large a segment was day by day, and how many came and went. */
export function Days({ brand, segment }: { brand: string; segment: string }) {
  const { t } = useTranslation("segments");
  const days = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}/days", { params: { path: { brand, segment } } });
  const items = useMemo(() => days.data?.items ?? [], [days.data]);
  const option = useMemo(() => {
    const rising = [...items].reverse();
    return {
      tooltip: { trigger: "axis" },
      legend: {},
      grid: { left: 60, right: 20, top: 40, bottom: 30 },
      xAxis: { type: "category", data: rising.map((one) => one.day) },
      yAxis: { type: "value", minInterval: 1 },
      series: [
        { name: t("size"), type: "line", data: rising.map((one) => one.customers), showSymbol: rising.length < 40 },
        { name: t("entered"), type: "bar", stack: "moved", data: rising.map((one) => one.entered) },
        { name: t("left"), type: "bar", stack: "moved", data: rising.map((one) => (one.left === null ? null : -one.left)) },
      ],
    };
  }, [items, t]);
  if (days.error !== null) return <Refused error={days.error} onRetry={() => void days.refetch()} />;
  if (days.data === undefined) return <Skeleton active />;
  if (items.length === 0) return <Empty title={t("noDays")} hint={t("noDaysHint")} />;
  return (
    <Flex vertical gap="middle">
      {items.length > 1 && <Chart label={t("daysChart")} option={option} />}
      <Table
        size="small"
        rowKey="day"
        aria-label={t("days")}
        dataSource={items}
        pagination={items.length > 31 ? { pageSize: 31, showSizeChanger: false } : false}
        columns={[
          { title: t("day"), dataIndex: "day", render: (value: string) => day(value) },
          { title: t("size"), dataIndex: "customers", align: "right", render: (value: number) => count(value) },
          { title: t("entered"), dataIndex: "entered", align: "right", render: (value: number | null) => movement(value) },
          { title: t("left"), dataIndex: "left", align: "right", render: (value: number | null) => count(value) },
        ]}
      />
    </Flex>
  );
}
