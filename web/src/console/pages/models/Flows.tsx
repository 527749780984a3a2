import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";
import { Card, DatePicker, Flex, Skeleton, Table, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { heat } from "./grid";
import type { Side } from "./names";

type Shown = Schemas["LifecycleFlows"];
const BEGUN_DAYS = 30;
const FORM = "YYYY-MM-DD";

/** How customers passed from state to state between two days: who was where at the two ends. */
export function Flows({ brand, model, asOf, side }: { brand: string; model: string; asOf: string; side: Side }) {
  const { t } = useTranslation("models");
  const [query, setQuery] = useSearchParams();
  const until = query.get("until") ?? asOf;
  const since = query.get("since") ?? dayjs(until).subtract(BEGUN_DAYS, "day").format(FORM);
  const flows = api.useQuery("get", "/v1/brands/{brand}/models/{model}/flows", { params: { path: { brand, model }, query: { since, until } } }, { retry: false });
  const choose = (days: readonly (Dayjs | null)[] | null) => {
    const [from, to] = days ?? [];
    if (!from || !to) return;
    setQuery({ tab: "flows", since: from.format(FORM), until: to.format(FORM) }, { replace: true });
  };
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" align="center" wrap>
        <DatePicker.RangePicker allowClear={false} value={[dayjs(since), dayjs(until)]} onChange={choose} />
        <Typography.Text type="secondary">{t("flowsHint")}</Typography.Text>
      </Flex>
      {flows.error !== null && <Refused error={flows.error} onRetry={() => void flows.refetch()} />}
      {flows.isPending && <Skeleton active />}
      {flows.data !== undefined && <Shown flows={flows.data} side={side} />}
    </Flex>
  );
}

function Shown({ flows, side }: { flows: Shown; side: Side }) {
  const { t } = useTranslation("models");
  const names = new Map(flows.states.map((state) => [state.code, state.names[side]]));
  const nameOf = (code: string | null) => (code === null ? t("noState") : (names.get(code) ?? code));
  return (
    <>
      <Card size="small" title={t("stocks")}>
        <Table
          size="small"
          rowKey="code"
          pagination={false}
          aria-label={t("stocks")}
          dataSource={[...flows.states]}
          columns={[
            { title: t("state"), key: "name", render: (_, one) => one.names[side] },
            { title: flows.since, dataIndex: "at_since", align: "right", render: (value: number) => count(value) },
            { title: t("entered"), dataIndex: "entered", align: "right", render: (value: number) => `+${count(value)}` },
            { title: t("left"), dataIndex: "left", align: "right", render: (value: number) => `-${count(value)}` },
            { title: flows.until, dataIndex: "at_until", align: "right", render: (value: number) => count(value) },
          ]}
        />
      </Card>
      <Card size="small" title={t("passed", { since: flows.since, until: flows.until })}><Matrix flows={flows} nameOf={nameOf} /></Card>
      {flows.changes.length > 0 && (
        <Card size="small" title={t("changes")}>
          <Table
            size="small"
            rowKey={(one) => `${String(one.before)}/${one.after}/${one.cause}`}
            pagination={flows.changes.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
            aria-label={t("changes")}
            dataSource={[...flows.changes].sort((one, other) => other.times - one.times)}
            columns={[
              { title: t("from"), dataIndex: "before", render: nameOf },
              { title: t("to"), dataIndex: "after", render: nameOf },
              { title: t("cause"), dataIndex: "cause", render: (cause: string) => t(`causes.${cause}`, { defaultValue: cause }) },
              { title: t("times"), dataIndex: "times", align: "right", render: (value: number) => count(value) },
            ]}
          />
        </Card>
      )}
    </>
  );
}

/** From the state of the row to the state of the column; the diagonal are those who stayed. */
function Matrix({ flows, nameOf }: { flows: Shown; nameOf: (code: string | null) => string }) {
  const { t } = useTranslation("models");
  if (flows.passed.length === 0) return <Typography.Text type="secondary">{t("nobodyPassed")}</Typography.Text>;
  const codes = [null, ...flows.states.map((state) => state.code)].filter((code) => flows.passed.some((one) => one.before === code || one.after === code));
  const most = Math.max(...flows.passed.map((one) => one.customers));
  const found = (before: string | null, after: string | null) => flows.passed.find((one) => one.before === before && one.after === after)?.customers ?? 0;
  return (
    <div className="rfm-place">
      <table className="rfm" aria-label={t("passedLabel")}>
        <thead><tr><th scope="col">{t("from")} ↓ {t("to")} →</th>{codes.map((code) => <th key={String(code)} scope="col">{nameOf(code)}</th>)}</tr></thead>
        <tbody>
          {codes.map((before) => (
            <tr key={String(before)}>
              <th scope="row">{nameOf(before)}</th>
              {codes.map((after) => {
                const customers = found(before, after);
                return <td key={String(after)} className="heat flow" style={{ background: `color-mix(in srgb, var(--ant-color-primary) ${String(heat(customers, most) / 2)}%, transparent)` }}>{customers > 0 ? count(customers) : ""}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
