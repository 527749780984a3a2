import { DownloadOutlined } from "@ant-design/icons";
import { useAddress } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { JobProgress } from "@console/parts/JobProgress";
import { NoPermission } from "@console/parts/NoPermission";
import { OfBrand, useOfBrand } from "@console/parts/OfBrand";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { useWords } from "@console/words";
import { api, download, newKey, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { App, Button, Card, Flex, Popconfirm, Skeleton, Table, type TableColumnsType, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import "./data.css";
import { Batch } from "./Batch";
import { RecordDrawer } from "./RecordDrawer";
import { type Filter, RetryMatching } from "./RetryMatching";
import { type Kind, useDetail, useReason } from "./words";

type Record_ = Schemas["RecordOut"];
type Reason = Schemas["RefusedCountOut"];

/** Refreshes what the quarantine shows after something in it was put right. */
export function refreshQuarantine() {
  void queries.invalidateQueries({ queryKey: ["get", "/v1/inbox/refused"] });
  void queries.invalidateQueries({ queryKey: ["get", "/v1/inbox/refused/counts"] });
}

/** What was refused and is open: by reason, then record by record; put right and tried again. */
export default function Quarantine() {
  const { t } = useTranslation("data");
  const [query, say] = useWords();
  const [job, setJob] = useState<string | null>(null);
  const { message } = App.useApp();
  const { of } = useOfBrand();
  const counts = api.useQuery("get", "/v1/inbox/refused/counts", { params: { query: of } });
  const code = query.get("code") ?? undefined;
  const kind = (query.get("kind") as Kind | null) ?? undefined;
  const account = query.get("account") ?? undefined;
  const filter = { ...of, ...(code && { code }), ...(kind && { kind }), ...(account && { account }) };
  if (isForbidden(counts.error)) return <NoPermission permissions={["inbox.read"]} />;
  return (
    <Page title={t("quarantine.title")} hint={t("quarantine.hint")} actions={<Take filter={filter} />}>
      <div><OfBrand /></div>
      {counts.error !== null && <Refused error={counts.error} onRetry={() => void counts.refetch()} />}
      {job !== null && <Card size="small"><JobProgress jobId={job} title={t("quarantine.retrying")} onEnd={(ended) => { refreshQuarantine(); if (ended.state === "done") void message.success(outcome(ended, t("quarantine.tried"))); }} /></Card>}
      {counts.data === undefined ? <Skeleton active /> : <Reasons counts={counts.data.items} chosen={code} onChoose={say} onJob={setJob} />}
      <Records filter={filter} counts={counts.data?.items ?? []} onJob={setJob} onOpen={(id) => { say({ record: id }); }} onClear={() => { say({ code: null, kind: null, account: null }); }} />
      <RecordDrawer recordId={query.get("record")} onClose={() => { say({ record: null }); }} onDone={refreshQuarantine} />
    </Page>
  );
}

function outcome(job: Schemas["JobOut"], words: string): string {
  const counts = (job.result as { counts?: Record<string, number> } | null)?.counts ?? {};
  return `${words}: ${Object.entries(counts).map(([word, number]) => `${word} ${count(number)}`).join(" · ")}`;
}

function Reasons({ counts, chosen, onChoose, onJob }: { counts: readonly Reason[]; chosen: string | undefined; onChoose: (words: Record<string, string | null>) => void; onJob: (job: string) => void }) {
  const { t } = useTranslation("data");
  const may = useMay();
  const reason = useReason();
  const detail = useDetail();
  const { isAll, nameOf } = useOfBrand();
  const retry = api.useMutation("post", "/v1/inbox/refused/retry-all", { onSuccess: (asked) => { onJob(asked.job_id); } });
  const refused = may("inbox.write") ? undefined : t("writeNeeded");
  const columns: TableColumnsType<Reason> = [
    {
      title: t("reason"), key: "code",
      render: (_, one) => (
        <Flex vertical align="start" className="data-detail">
          <Button type="link" className="data-link" onClick={() => { onChoose({ code: one.code, kind: one.kind, account: one.account }); }}>{reason(one.code, one.example)}</Button>
          <Typography.Text type="secondary" className="data-cell">{t("quarantine.example")} {detail(one.example)}</Typography.Text>
        </Flex>
      ),
    },
    { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
    { title: t("imports.account"), dataIndex: "account" },
    ...(isAll ? [{ title: t("brand"), key: "brand", render: (_: unknown, one: Reason) => nameOf(one.brand) }] : []),
    { title: t("quarantine.count"), key: "count", align: "right", render: (_, one) => <span className="number">{count(one.count)}</span> },
    { title: t("quarantine.since"), key: "since", render: (_, one) => instant(one.oldest_at) },
    {
      title: t("actions"), key: "actions",
      render: (_, one) => (
        <Popconfirm title={t("quarantine.retryAllAsk", { count: one.count })} description={t("quarantine.retryAllHint")} okText={t("quarantine.retryAll")} onConfirm={() => { retry.mutate({ params: { header: { "Idempotency-Key": newKey() } }, body: { code: one.code, kind: one.kind, account: one.account, brand: one.brand } }); }}>
          <Button size="small" disabled={refused !== undefined} title={refused}>{t("quarantine.retryAll")}</Button>
        </Popconfirm>
      ),
    },
  ];
  return (
    <Card title={t("quarantine.reasons")} size="small">
      {retry.error !== null && <Refused error={retry.error} />}
      <Table<Reason>
        aria-label={t("quarantine.reasons")} size="small" rowKey={(one) => `${one.code} ${one.kind} ${one.account}`} columns={columns} dataSource={[...counts]} pagination={false} scroll={{ x: "max-content" }}
        rowClassName={(one) => (one.code === chosen ? "ant-table-row-selected" : "")}
        locale={{ emptyText: <Empty title={t("quarantine.none")} hint={t("quarantine.noneHint")} /> }}
      />
    </Card>
  );
}

interface RecordsProps {
  filter: Filter;
  counts: readonly Reason[];
  onJob: (job: string) => void;
  onOpen: (id: string) => void;
  onClear: () => void;
}

function Records({ filter, counts, onJob, onOpen, onClear }: RecordsProps) {
  const { t } = useTranslation("data");
  const at = useAddress();
  const reason = useReason();
  const detail = useDetail();
  const { isAll, nameOf } = useOfBrand();
  const [picked, setPicked] = useState<string[]>([]);
  const records = api.useInfiniteQuery("get", "/v1/inbox/refused", { params: { query: { ...filter, limit: 50 } } }, BY_CURSOR);
  const columns: TableColumnsType<Record_> = [
    { title: t("quarantine.key"), key: "key", render: (_, one) => <Button type="link" className="data-link" onClick={() => { onOpen(one.id); }}>{shownKey(one)}</Button> },
    { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
    { title: t("reason"), key: "reason", className: "data-cell", render: (_, one) => reason(one.code, one.reason) },
    { title: t("detail"), key: "detail", className: "data-detail", render: (_, one) => detail(one.reason) },
    { title: t("row"), dataIndex: "row" },
    { title: t("quarantine.from"), key: "from", render: (_, one) => <Link to={at(`data/deliveries/${one.delivery_id}`)}>{one.account}</Link> },
    ...(isAll ? [{ title: t("brand"), key: "brand", render: (_: unknown, one: Record_) => nameOf(one.brand) }] : []),
    { title: t("quarantine.at"), key: "at", render: (_, one) => instant(one.recorded_at) },
  ];
  const filtered = Object.keys(filter).some((word) => word !== "brand");
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        {filtered && <Button size="small" onClick={onClear}>{t("quarantine.showAll")}</Button>}
        <RetryMatching filter={filter} counts={counts} onJob={onJob} />
      </Flex>
      <Batch picked={picked} onDone={() => { setPicked([]); refreshQuarantine(); }} />
      <DataTable label={t("quarantine.records")} listing={records} rowKey="id" columns={columns} size="small" rowSelection={{ selectedRowKeys: picked, onChange: (keys) => { setPicked(keys.map(String)); }, getCheckboxProps: (one) => ({ "aria-label": shownKey(one) }) }} empty={<Empty title={t("quarantine.none")} hint={t("quarantine.noneHint")} />} />
    </Flex>
  );
}

/** A member's key is blind and long: its beginning tells it from others. */
export function shownKey(one: Record_): string {
  return one.external_id.length > 24 ? `${one.external_id.slice(0, 16)}…` : one.external_id;
}

function Take({ filter }: { filter: Filter }) {
  const { t } = useTranslation("data");
  const { message } = App.useApp();
  const take = () => {
    const query = new URLSearchParams(filter as Record<string, string>);
    download(`/v1/inbox/refused/file?${query.toString()}`, "refused.csv").catch(() => void message.error(t("quarantine.notTaken")));
  };
  return <Button icon={<DownloadOutlined />} onClick={take}>{t("quarantine.take")}</Button>;
}
