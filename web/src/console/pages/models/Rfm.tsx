import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Refusal, isForbidden } from "@shared/api/refusal";
import { count, day, money, percent, shortMoney } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Flex, Segmented, Select, Skeleton, Statistic, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { type By, Grid } from "./Grid";
import { type Axis, type Rectangle, conditionOf, within } from "./grid";
import "./models.css";
import { sideOf } from "./names";
import { Thresholds } from "./Thresholds";

type Answer = Schemas["RfmAnswer"];
const PAIRS: readonly (readonly [Axis, Axis])[] = [["recency", "frequency"], ["recency", "monetary"], ["frequency", "monetary"]];

/** Recency, frequency and money as a grid: pick cells, and make a segment of who is in them. */
export default function Rfm() {
  const { t, i18n } = useTranslation("models");
  const { code: brand } = useBrand();
  const [query, setQuery] = useSearchParams();
  const model = query.get("model") ?? "rfm";
  const models = api.useQuery("get", "/v1/brands/{brand}/models", { params: { path: { brand } } });
  const answer = api.useQuery("get", "/v1/brands/{brand}/rfm", { params: { path: { brand }, query: { model } } }, { retry: false });
  if (isForbidden(answer.error)) return <NoPermission permissions={["models.read"]} />;
  const side = sideOf(i18n.language);
  const known = (models.data?.items ?? []).filter((one) => one.kind === "rfm");
  const notYet = answer.error instanceof Refusal && answer.error.code === "segments.model_not_refreshed";
  return (
    <Page
      title={t("rfmTitle")}
      hint={t("rfmHint")}
      actions={(
        <>
          {known.length > 1 && <Select aria-label={t("model")} value={model} options={known.map((one) => ({ value: one.code, label: one.names[side] }))} onChange={(code) => { setQuery({ model: code }, { replace: true }); }} />}
          <RefreshBrand brand={brand} />
        </>
      )}
    >
      {answer.isPending && <Skeleton active />}
      {notYet && <Empty title={t("notYet")} hint={t("notYetHint")} action={<RefreshBrand brand={brand} />} />}
      {answer.error !== null && !notYet && <Refused error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.data !== undefined && <Shown key={`${model}${answer.data.as_of}`} answer={answer.data as unknown as Answer} />}
    </Page>
  );
}

function Shown({ answer }: { answer: Answer }) {
  const { t } = useTranslation("models");
  const [[rows, columns], setPair] = useState<readonly [Axis, Axis]>(["recency", "frequency"]);
  const [by, setBy] = useState<By>("customers");
  const [picked, setPicked] = useState<Rectangle | null>(null);
  return (
    <>
      <Card size="small">
        <Flex gap="large" wrap align="center">
          <Statistic title={t("buyers")} value={answer.buyers} groupSeparator="," suffix={<Typography.Text type="secondary">/ {count(answer.customers)}</Typography.Text>} />
          <Statistic title={t("spent")} value={shortMoney(answer.amount_minor)} />
          <Flex vertical>
            <Typography.Text type="secondary">{t("asOf", { day: day(answer.as_of), days: answer.window_days })}</Typography.Text>
            <Typography.Text type="secondary">{t("thresholdsOf", { day: day(answer.thresholds.taken_on), customers: count(answer.thresholds.customers) })}</Typography.Text>
          </Flex>
        </Flex>
      </Card>
      <Card
        size="small"
        title={t("grid")}
        extra={(
          <Flex gap="small" wrap>
            <Segmented<By> size="small" value={by} onChange={setBy} options={[{ value: "customers", label: t("byPeople") }, { value: "amount_minor", label: t("byMoney") }]} />
            <Segmented<string> size="small" value={`${rows}/${columns}`} onChange={(value) => { setPair(PAIRS.find((pair) => pair.join("/") === value) ?? ["recency", "frequency"]); setPicked(null); }} options={PAIRS.map((pair) => ({ value: pair.join("/"), label: pair.map((axis) => t(`letters.${axis}`)).join(" × ") }))} />
          </Flex>
        )}
      >
        <Flex vertical gap="small">
          <div className="rfm-place"><Grid cells={answer.cells} rows={rows} columns={columns} by={by} picked={picked} onPick={setPicked} /></div>
          <Picked answer={answer} rows={rows} columns={columns} picked={picked} />
        </Flex>
      </Card>
      <Card size="small" title={t("thresholds")}><Thresholds thresholds={answer.thresholds} /></Card>
      {answer.namings.map((naming) => <Naming key={naming.code} answer={answer} naming={naming} />)}
    </>
  );
}

function Picked({ answer, rows, columns, picked }: { answer: Answer; rows: Axis; columns: Axis; picked: Rectangle | null }) {
  const { t } = useTranslation("models");
  const at = useAddress();
  const may = useMay();
  const navigate = useNavigate();
  if (picked === null) return <Typography.Text type="secondary">{t("pickHint")}</Typography.Text>;
  const found = within(answer.cells, rows, columns, picked);
  const condition = conditionOf(answer.model, rows, columns, picked);
  return (
    <Flex gap="middle" align="center" wrap role="status">
      <Typography.Text strong>{t("picked", { customers: count(found.customers), share: percent(answer.buyers === 0 ? 0 : found.customers / answer.buyers), amount: money(found.amount_minor) })}</Typography.Text>
      <Button type="primary" disabled={!may("segments.write")} title={may("segments.write") ? undefined : t("segmentsNeeded")} onClick={() => void navigate(at(`segments/new?condition=${encodeURIComponent(JSON.stringify(condition))}`))}>{t("toSegment")}</Button>
    </Flex>
  );
}

function Naming({ answer, naming }: { answer: Answer; naming: Answer["namings"][number] }) {
  const { t, i18n } = useTranslation("models");
  const at = useAddress();
  const side = sideOf(i18n.language);
  const segmentOf = (code: string) => at(`segments/new?condition=${encodeURIComponent(JSON.stringify({ all: [{ field: `models.${answer.model}_${naming.code}`, in: [code] }] }))}`);
  return (
    <Card size="small" title={naming.names[side]}>
      <Table
        size="small"
        rowKey="code"
        pagination={false}
        aria-label={naming.names[side]}
        dataSource={[...naming.segments]}
        columns={[
          { title: t("name"), key: "name", render: (_, one) => one.names[side] },
          { title: t("people"), dataIndex: "customers", align: "right", render: (value: number) => count(value), sorter: (one, other) => one.customers - other.customers },
          { title: t("ofBuyers"), key: "share", align: "right", render: (_, one) => percent(answer.buyers === 0 ? 0 : one.customers / answer.buyers) },
          { title: t("money"), dataIndex: "amount_minor", align: "right", render: (value: number) => money(value), sorter: (one, other) => one.amount_minor - other.amount_minor },
          { title: t("ofMoney"), key: "of_money", align: "right", render: (_, one) => percent(answer.amount_minor === 0 ? 0 : one.amount_minor / answer.amount_minor) },
          { title: t("use"), key: "use", render: (_, one) => <Link to={segmentOf(one.code)}>{t("toSegment")}</Link> },
        ]}
      />
    </Card>
  );
}
