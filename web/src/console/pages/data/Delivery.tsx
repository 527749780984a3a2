import { useAddress } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { Alert, Button, Card, Descriptions, Segmented, Skeleton, type TableColumnsType, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import "./data.css";
import { refreshQuarantine, shownKey } from "./Quarantine";
import { RecordDrawer } from "./RecordDrawer";
import { useReason } from "./words";

type Record_ = Schemas["RecordOut"];
const STATES = ["all", "applied", "refused", "superseded"] as const;
type State = (typeof STATES)[number];
const COLOURS = { applied: "success", refused: "error", superseded: "default", known: "default" } as const;

/** One delivery: what it was, what became of its records, and the records themselves. */
export default function Delivery() {
  const { t } = useTranslation("data");
  const at = useAddress();
  const reason = useReason();
  const { deliveryId = "" } = useParams();
  const [query, say] = useWords();
  const state = (query.get("state") as State | null) ?? "all";
  const path = { delivery_id: deliveryId };
  const delivery = api.useQuery("get", "/v1/inbox/deliveries/{delivery_id}", { params: { path } });
  const records = api.useInfiniteQuery("get", "/v1/inbox/deliveries/{delivery_id}/records", { params: { path, query: { ...(state !== "all" && { state }), limit: 50 } } }, BY_CURSOR);
  if (delivery.error !== null) return <Refused error={delivery.error} onRetry={() => void delivery.refetch()} />;
  if (delivery.data === undefined) return <Skeleton active />;
  const one = delivery.data;
  const columns: TableColumnsType<Record_> = [
    { title: t("quarantine.key"), key: "key", render: (_, record) => <Button type="link" className="data-link" onClick={() => { say({ record: record.id }); }}>{shownKey(record)}</Button> },
    { title: t("record.state"), key: "state", render: (_, record) => <Tag color={COLOURS[record.state]}>{t(`states.${record.state}`)}</Tag> },
    { title: t("reason"), key: "reason", className: "data-cell", render: (_, record) => (record.code === null ? "" : reason(record.code, record.reason)) },
    { title: t("row"), dataIndex: "row" },
    { title: t("delivery.occurred"), key: "occurred", render: (_, record) => instant(record.occurred_at) },
  ];
  return (
    <Page title={one.source} hint={t("delivery.hint")} actions={<Link to={at("data/quarantine")}><Button>{t("quarantine.title")}</Button></Link>}>
      <Card>
        <Descriptions
          size="small" column={{ xs: 1, md: 2, xl: 3 }}
          items={[
            { key: "account", label: t("imports.account"), children: one.account },
            { key: "kind", label: t("kind"), children: `${t(`kinds.${one.kind}`)} · ${t(`ways.${one.way}`)}` },
            { key: "mapping", label: t("reading.mapping"), children: one.mapping === "" || one.mapping === "canonical" ? t("reading.canonical") : one.mapping },
            { key: "run", label: t("deliveries.runAt"), children: `${instant(one.run_at)} · ${t("deliveries.runs", { count: one.runs })}` },
            { key: "records", label: t("progress.records"), children: count(one.records) },
            { key: "known", label: t("progress.known"), children: <>{count(one.known)} <Why explanation={t("progress.knownWhy")} /></> },
          ]}
        />
        {one.state === "running" && <Alert showIcon type="info" title={t("delivery.running")} />}
      </Card>
      <Segmented<State> aria-label={t("record.state")} value={state} onChange={(value) => { say({ state: value === "all" ? null : value }); }} options={STATES.map((value) => ({ value, label: value === "all" ? t("delivery.all") : t(`states.${value}`) }))} />
      <DataTable label={t("delivery.records")} listing={records} rowKey="id" columns={columns} size="small" empty={<Empty title={t("delivery.none")} hint={t("delivery.noneHint")} />} />
      <RecordDrawer recordId={query.get("record")} onClose={() => { say({ record: null }); }} onDone={() => { refreshQuarantine(); void records.refetch(); }} />
    </Page>
  );
}
