import { DownloadOutlined } from "@ant-design/icons";
import { useAddress, useBrand } from "@console/brand";
import { Actor } from "@console/parts/actors/Actor";
import { Empty } from "@console/parts/Empty";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { api, download, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Form, Input, Select, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { OPEN } from "./Runs";
import { amountOf } from "./balances";

type Comparison = Schemas["ComparisonOut"];
type Found = Schemas["BalancesFoundOut"];
type Asked = Schemas["ComparisonIn"];
const BALANCES: readonly Asked["balance"][] = ["points", "growth", "stored_principal", "stored_bonus"];
const COUNTS = ["equal", "differs", "missing_here", "missing_there", "nobody_here", "unreadable", "others"] as const;

/** The parallel run: an uploaded file of the older system's balances beside ours, as often as wanted. */
export function Comparisons() {
  const { t } = useTranslation("data");
  const { code: brand } = useBrand();
  const listed = api.useQuery("get", "/v1/brands/{brand}/openings/comparisons", { params: { path: { brand } } });
  return (
    <Card title={<>{t("compare.title")} <Why explanation={t("compare.why")} /></>}>
      <Flex vertical gap="middle">
        <Ask brand={brand} onAsked={() => void listed.refetch()} />
        {listed.error !== null && <Refused error={listed.error} onRetry={() => void listed.refetch()} />}
        {listed.data?.items.length === 0 && <Empty title={t("compare.none")} hint={t("compare.noneHint")} />}
        {listed.data?.items.map((one) => <Compared key={one.run.id} comparison={one} onEnd={() => void listed.refetch()} />)}
      </Flex>
    </Card>
  );
}

function Ask({ brand, onAsked }: { brand: string; onAsked: () => void }) {
  const { t } = useTranslation("data");
  const at = useAddress();
  const may = useMay();
  const uploads = api.useQuery("get", "/v1/uploads", { params: { query: { limit: 100 } } });
  const mappings = api.useQuery("get", "/v1/inbox/mappings", {});
  const ask = api.useMutation("post", "/v1/brands/{brand}/openings/comparisons", { onSuccess: onAsked });
  const [form] = Form.useForm<Asked>();
  const balance = Form.useWatch("balance", form);
  const files = (uploads.data?.items ?? []).filter((one) => one.is_kept && one.brand === brand);
  const refused = may("inbox.write") ? undefined : t("writeNeeded");
  return (
    <Form<Asked> form={form} layout="inline" className="data-compare" onFinish={(wanted) => { ask.mutate({ params: { path: { brand }, header: { "Idempotency-Key": newKey() } }, body: { ...wanted, mapping: wanted.mapping ?? null, issuer: wanted.issuer ?? null } }); }}>
      <Form.Item name="upload_id" label={t("compare.file")} rules={[{ required: true, message: t("compare.fileNeeded") }]} extra={<Link to={at("data/imports")}>{t("compare.upload")}</Link>}>
        <Select className="data-account" options={files.map((one) => ({ value: one.id, label: `${one.name} · ${instant(one.uploaded_at)}` }))} notFoundContent={t("compare.noFile")} />
      </Form.Item>
      <Form.Item name="balance" label={t("openings.balance")} rules={[{ required: true, message: t("compare.balanceNeeded") }]}>
        <Select className="data-short" options={BALANCES.map((one) => ({ value: one, label: t(`balances.${one}`) }))} />
      </Form.Item>
      {balance?.startsWith("stored") === true && <Form.Item name="issuer" label={t("compare.issuer")} rules={[{ required: true, message: t("compare.issuerNeeded") }]}><Input className="data-short" /></Form.Item>}
      <Form.Item name="mapping" label={t("reading.mapping")}>
        <Select className="data-field" allowClear placeholder={t("reading.canonical")} options={(mappings.data?.items ?? []).filter((one) => one.kind === "opening").map((one) => ({ value: one.name, label: one.name }))} />
      </Form.Item>
      <Button type="primary" htmlType="submit" disabled={refused !== undefined} title={refused} loading={ask.isPending}>{t("compare.begin")}</Button>
      {ask.error !== null && <Refused error={ask.error} />}
    </Form>
  );
}

function Compared({ comparison, onEnd }: { comparison: Comparison; onEnd: () => void }) {
  const { t } = useTranslation("data");
  const { run, found, file } = comparison;
  const [error, setError] = useState<unknown>(null);
  const may = useMay();
  const cancel = api.useMutation("post", "/v1/uploads/{upload_id}/runs/{run_id}/cancel");
  const place = { params: { path: { upload_id: run.upload_id, run_id: run.id } } };
  const open = OPEN.includes(run.state);
  return (
    <Card
      size="small" type="inner"
      title={<Flex gap="small" align="center" wrap>{found !== null && <Tag color={found.agrees ? "success" : "warning"}>{t(found.agrees ? "compare.agrees" : "compare.differs")}</Tag>}<span>{found !== null && `${t(`balances.${found.balance}`)} · `}{file}</span></Flex>}
      extra={<Typography.Text type="secondary">{instant(run.asked_at)} · <Actor id={run.asked_by} /></Typography.Text>}
    >
      <Flex vertical gap="small">
        {open && run.job_id !== null && <JobProgress jobId={run.job_id} title={t("compare.running")} onEnd={onEnd} {...(may("inbox.write") && { onCancel: () => cancel.mutateAsync(place).catch(setError) })} />}
        {run.state === "cancelled" && <Alert showIcon type="warning" title={t("compare.cancelled")} />}
        {run.fault !== null && <Alert showIcon type="error" title={t("run.fault")} description={run.fault.detail} />}
        {found !== null && <Figures found={found} />}
        {run.has_rejects && <div><Button icon={<DownloadOutlined />} onClick={() => { setError(null); download(`/v1/uploads/${run.upload_id}/runs/${run.id}/rejects`, "compared.csv").catch(setError); }}>{t("compare.take")}</Button></div>}
        {error !== null && <Refused error={error} />}
      </Flex>
    </Card>
  );
}

function Figures({ found }: { found: Found }) {
  const { t } = useTranslation("data");
  const amount = (value: number) => amountOf(found.balance, value);
  const shown = (value: string) => (value === "" ? "—" : amount(Number(value)));
  return (
    <>
      <Flex gap="large" wrap>
        <span>{t("compare.theirs")} <strong>{amount(found.theirs)}</strong></span>
        <span>{t("compare.ours")} <strong>{amount(found.ours)}</strong></span>
        <span>{t("compare.difference")} <strong className={found.difference === 0 ? undefined : "data-fault"}>{amount(found.difference)}</strong></span>
      </Flex>
      <Flex gap="small" wrap>
        {COUNTS.filter((name) => found[name] > 0).map((name) => <Tag key={name}>{t(`compare.counts.${name}`)} {count(found[name])}</Tag>)}
      </Flex>
      {found.examples.length > 0 && (
        <Table
          aria-label={t("compare.examples")} size="small" pagination={false} dataSource={found.examples} scroll={{ x: "max-content" }} rowKey={(one) => `${one.customer} ${one.row} ${one.verdict}`}
          columns={[
            { title: t("compare.customer"), key: "customer", render: (_, one) => one.known_as || one.customer || "—" },
            { title: t("row"), dataIndex: "row" },
            { title: t("compare.theirs"), key: "theirs", align: "right", render: (_, one) => <span className="number">{shown(one.theirs)}</span> },
            { title: t("compare.ours"), key: "ours", align: "right", render: (_, one) => <span className="number">{shown(one.ours)}</span> },
            { title: t("compare.difference"), key: "difference", align: "right", render: (_, one) => <span className="number">{shown(one.difference)}</span> },
            { title: t("compare.verdict"), key: "verdict", render: (_, one) => t(`compare.counts.${one.verdict as "differs"}`) },
          ]}
        />
      )}
    </>
  );
}
