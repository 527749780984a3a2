import type { Schemas } from "@shared/api/client";
import { count, money, percent } from "@shared/format";
import { Card, Flex, Progress, Statistic, Table } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Side } from "./names";

/** The typed client makes lists of tuples, so what it answers is taken as this. */
export type Answer = Schemas["LifecycleAnswer"] | Schemas["LifetimeAnswer"] | Schemas["WeightedAnswer"] | Schemas["RfmAnswer"];
type Counted = Schemas["Counted"];
const MILLI = 1_000;

interface Props {
  answer: Answer;
  side: Side;
  segmentOf: (condition: object) => string;
}

/** What the last refresh of a model found over all customers. */
export function Result({ answer, side, segmentOf }: Props) {
  const { t } = useTranslation("models");
  if ("states" in answer) {
    return <Values values={answer.states} rest={{ label: t("nobodyYet"), customers: answer.nobody_yet }} field={`models.${answer.model}`} side={side} segmentOf={segmentOf} />;
  }
  if ("bands" in answer) {
    return <Values values={answer.bands} rest={{ label: t("unknown"), customers: answer.unknown }} field={`models.${answer.model}`} side={side} segmentOf={segmentOf} />;
  }
  if (!("horizons" in answer)) return null;
  return (
    <Card size="small">
      <Flex vertical gap="middle">
        <Flex gap="large" wrap>
          <Statistic title={t("everBought")} value={answer.buyers} groupSeparator="," />
          <Statistic title={t("stillCustomers")} value={answer.alive} groupSeparator="," suffix={percent(answer.buyers === 0 ? 0 : answer.alive / answer.buyers)} />
        </Flex>
        <Table
          size="small"
          rowKey="days"
          pagination={false}
          aria-label={t("horizons")}
          dataSource={[...answer.horizons]}
          columns={[
            { title: t("horizon"), dataIndex: "days", render: (days: number) => t("nextDays", { days }) },
            { title: t("expectedOrders"), dataIndex: "orders_milli", align: "right", render: (value: number) => count(Math.round(value / MILLI)) },
            { title: t("expectedMoney"), dataIndex: "value_minor", align: "right", render: (value: number) => money(value) },
          ]}
        />
      </Flex>
    </Card>
  );
}

function Values({ values, rest, field, side, segmentOf }: { values: readonly Counted[]; rest: { label: string; customers: number }; field: string; side: Side; segmentOf: (condition: object) => string }) {
  const { t } = useTranslation("models");
  const all = values.reduce((sum, one) => sum + one.customers, rest.customers);
  const rows = [
    ...values.map((one) => ({ code: one.code, name: one.names[side], customers: one.customers, condition: { field, in: [one.code] } as object })),
    { code: "", name: rest.label, customers: rest.customers, condition: { field, is_known: false } },
  ];
  return (
    <Card size="small">
      <Table
        size="small"
        rowKey="code"
        pagination={false}
        aria-label={t("result")}
        dataSource={rows}
        columns={[
          { title: t("state"), dataIndex: "name" },
          { title: t("people"), dataIndex: "customers", align: "right", render: (value: number) => count(value) },
          { title: t("share"), key: "share", width: "40%", render: (_, one) => <Progress percent={all === 0 ? 0 : (100 * one.customers) / all} format={() => percent(all === 0 ? 0 : one.customers / all)} aria-label={one.name} /> },
          { title: t("use"), key: "use", render: (_, one) => <Link to={segmentOf({ all: [one.condition] })}>{t("toSegment")}</Link> },
        ]}
      />
    </Card>
  );
}
