import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, money, percent } from "@shared/format";
import { Card, Descriptions, Flex, Input, Skeleton, Table, Timeline, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { Side } from "./names";

type Why = Schemas["RfmWhy"] | Schemas["LifecycleWhy"] | Schemas["LifetimeWhy"] | Schemas["WeightedWhy"];
const HUNDREDTHS = 100;
const BASIS_POINTS = 10_000;

/** Why one customer stands where: asked by id, told by the facts that counted. */
export function Explained({ model, side }: { model: string; side: Side }) {
  const { t } = useTranslation("models");
  const [query, setQuery] = useSearchParams();
  const customer = query.get("customer") ?? "";
  const why = api.useQuery("get", "/v1/customers/{customer_id}/models/{model}", { params: { path: { customer_id: customer, model } } }, { enabled: customer !== "", retry: false });
  return (
    <Flex vertical gap="middle">
      <Input.Search className="search" aria-label={t("customerId")} placeholder={t("customerId")} defaultValue={customer} enterButton={t("explain")} onSearch={(text) => { setQuery({ tab: "why", ...(text.trim() !== "" && { customer: text.trim() }) }, { replace: true }); }} />
      {customer === "" && <Typography.Text type="secondary">{t("customerHint")}</Typography.Text>}
      {why.error !== null && <Refused error={why.error} />}
      {customer !== "" && why.isPending && <Skeleton active />}
      {why.data !== undefined && <Told why={why.data as unknown as Why} side={side} />}
    </Flex>
  );
}

function Told({ why, side }: { why: Why; side: Side }) {
  const { t } = useTranslation("models");
  if ("dimensions" in why) return <Score why={why} side={side} />;
  if ("axes" in why) {
    return (
      <Card size="small">
        <Table size="small" rowKey="axis" pagination={false} aria-label={t("thresholds")} dataSource={[...why.axes]} columns={[
          { title: t("measure"), dataIndex: "axis", render: (axis: string) => t(`measures.${axis}`) },
          { title: t("value"), key: "value", align: "right", render: (_, one) => (one.axis === "amount_minor" ? money(one.value) : count(one.value)) },
          { title: t("score"), dataIndex: "score", align: "right" },
        ]} />
      </Card>
    );
  }
  if ("history" in why) {
    return (
      <Card size="small" title={why.next_on === null ? undefined : t("nextState", { state: why.next_names?.[side] ?? why.next_state ?? "", on: day(why.next_on) })}>
        <Timeline items={[...why.history].reverse().map((one) => ({ key: one.on, content: <>{day(one.on)} <strong>{one.names[side]}</strong> <Typography.Text type="secondary">{t(`causes.${one.cause}`, { defaultValue: one.cause })}</Typography.Text></> }))} />
      </Card>
    );
  }
  return (
    <Card size="small">
      <Descriptions size="small" column={1}>
        <Descriptions.Item label={t("repeats")}>{count(why.repeats)}</Descriptions.Item>
        <Descriptions.Item label={t("stillCustomer")}>{percent(why.alive_bp === null ? null : why.alive_bp / BASIS_POINTS)}</Descriptions.Item>
        <Descriptions.Item label={t("expectedOrder")}>{money(why.expected_order_minor)}</Descriptions.Item>
        {why.horizons.map((one) => <Descriptions.Item key={one.days} label={t("nextDays", { days: one.days })}>{money(one.value_minor)}</Descriptions.Item>)}
      </Descriptions>
    </Card>
  );
}

function Score({ why, side }: { why: Schemas["WeightedWhy"]; side: Side }) {
  const { t } = useTranslation("models");
  const rows = why.dimensions.flatMap((dimension) => dimension.terms.map((term) => ({ ...term, dimension, key: `${dimension.code}/${term.input}` })));
  return (
    <Card size="small" title={why.score === null ? t("noScore") : t("scoreIs", { score: why.score, band: why.names?.[side] ?? "" })}>
      <Table size="small" rowKey="key" pagination={false} aria-label={t("score")} dataSource={rows} columns={[
        { title: t("dimension"), key: "dimension", render: (_, one) => t("dimensionOf", { name: one.dimension.names[side], weight: one.dimension.weight, score: one.dimension.score_hundredths / HUNDREDTHS }) },
        { title: t("input"), key: "input", render: (_, one) => one.names[side] },
        { title: t("value"), key: "value", render: (_, one) => (one.number !== null ? count(one.number) : one.values.map((value) => value.names[side]).join(", ") || t("unknown")) },
        { title: t("points"), dataIndex: "points", align: "right" },
        { title: t("weight"), dataIndex: "weight", align: "right" },
      ]} />
    </Card>
  );
}
