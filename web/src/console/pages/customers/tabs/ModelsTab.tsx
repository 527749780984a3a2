import { useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, money } from "@shared/format";
import { Card, Descriptions, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { TabProps } from "../Customer";
import { useWord } from "../words";

type Listed = Schemas["ModelListed"];

/** What models say of the customer: value by RFM, where in life, what is expected. */
export function ModelsTab({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const { code: brand } = useBrand();
  const models = api.useQuery("get", "/v1/brands/{brand}/models", { params: { path: { brand } } });
  if (models.error !== null) return <Refused error={models.error} onRetry={() => void models.refetch()} />;
  if (models.data === undefined) return <Skeleton active />;
  const refreshed = models.data.items.filter((one) => one.refresh !== null);
  if (refreshed.length === 0) return <Empty title={t("noModels")} hint={t("noModelsHint")} />;
  return <Flex vertical gap="middle">{refreshed.map((one) => <Model key={one.code} model={one} customerId={head.id} />)}</Flex>;
}

function Model({ model, customerId }: { model: Listed; customerId: string }) {
  const { t, i18n } = useTranslation("customers");
  const asked = api.useQuery("get", "/v1/customers/{customer_id}/models/{model}", { params: { path: { customer_id: customerId, model: model.code } } });
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  return (
    <Card size="small" title={model.names[language]} extra={<Typography.Text type="secondary">{t("asOf", { at: day(asked.data?.as_of) })}</Typography.Text>}>
      {asked.error !== null && <Refused error={asked.error} />}
      {asked.isPending && <Skeleton active title={false} />}
      {asked.data !== undefined && <Answer answer={asked.data} />}
    </Card>
  );
}

// Only what is shown: the rest of what models answer has other forms over the wire.
type RfmWhy = Pick<Schemas["RfmWhy"], "axes" | "segments" | "window_days">;
type LifecycleWhy = Pick<Schemas["LifecycleWhy"], "history" | "state" | "since" | "next_state" | "next_names" | "next_on">;
type LifetimeWhy = Pick<Schemas["LifetimeWhy"], "horizons" | "alive_bp">;
type WeightedWhy = Pick<Schemas["WeightedWhy"], "dimensions" | "score" | "names">;
type Why = RfmWhy | LifecycleWhy | LifetimeWhy | WeightedWhy;

function Answer({ answer }: { answer: Why }) {
  if ("axes" in answer) return <Rfm answer={answer} />;
  if ("history" in answer) return <Lifecycle answer={answer} />;
  if ("horizons" in answer) return <Lifetime answer={answer} />;
  return <Weighted answer={answer} />;
}

function Rfm({ answer }: { answer: RfmWhy }) {
  const { t, i18n } = useTranslation("customers");
  const word = useWord();
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  if (answer.axes.length === 0) return <Typography.Text type="secondary">{t("notInWindow", { days: answer.window_days })}</Typography.Text>;
  const value = (axis: string, amount: number) => (axis === "amount_minor" ? money(amount) : count(amount));
  return (
    <Descriptions
      size="small"
      column={1}
      items={[
        ...answer.segments.map((one) => ({ key: one.naming, label: t("called"), children: one.names[language] })),
        ...answer.axes.map((one) => ({ key: one.axis, label: word("axes", one.axis), children: t("axis", { value: value(one.axis, one.value), score: one.score }) })),
      ]}
    />
  );
}

function Lifecycle({ answer }: { answer: LifecycleWhy }) {
  const { t, i18n } = useTranslation("customers");
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  const names = new Map(answer.history.map((one) => [one.state, one.names[language]]));
  const named = (state: string | null) => (state === null ? t("unknown") : (names.get(state) ?? state));
  return (
    <Flex vertical gap="small">
      <strong>{t("stateSince", { state: named(answer.state), at: day(answer.since) })}</strong>
      {answer.next_on !== null && <span>{t("nextState", { state: answer.next_names?.[language] ?? named(answer.next_state), at: day(answer.next_on) })}</span>}
      <ul>
        {answer.history.map((one) => <li key={`${one.on}:${one.state}`}>{day(one.on)} {one.names[language]}</li>)}
      </ul>
    </Flex>
  );
}

function Lifetime({ answer }: { answer: LifetimeWhy }) {
  const { t } = useTranslation("customers");
  if (answer.alive_bp === null) return <Typography.Text type="secondary">{t("neverBought")}</Typography.Text>;
  return (
    <Flex vertical gap="small">
      <span>{t("alive", { percent: (answer.alive_bp / 100).toFixed(1) })}</span>
      <ul>
        {answer.horizons.map((one) => (
          <li key={one.days}>{t("expected", { days: one.days, orders: (one.orders_milli / 1_000).toFixed(2), value: money(one.value_minor) })}</li>
        ))}
      </ul>
    </Flex>
  );
}

function Weighted({ answer }: { answer: WeightedWhy }) {
  const { t, i18n } = useTranslation("customers");
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  return (
    <Flex vertical gap="small">
      <strong>{answer.score === null ? t("unknown") : t("score", { score: answer.score, band: answer.names?.[language] ?? "" })}</strong>
      <ul>
        {answer.dimensions.map((one) => <li key={one.code}>{one.names[language]} {(one.score_hundredths / 100).toFixed(2)}</li>)}
      </ul>
    </Flex>
  );
}
