import { useAddress } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { OfBrand, useOfBrand } from "@console/parts/OfBrand";
import { Page } from "@console/parts/Page";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { Button, Card, Flex, Select, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import "./data.css";
import { KINDS, type Kind } from "./words";

type Delivery = Schemas["DeliveryOut"];
type Way = Delivery["way"];
const WAYS: readonly Way[] = ["file", "push", "pull", "fix"];

/** Everything that came in, with its figures; each figure leads to its records. And what waits. */
export default function Deliveries() {
  const { t } = useTranslation("data");
  const at = useAddress();
  const [query, say] = useWords();
  const kind = (query.get("kind") as Kind | null) ?? undefined;
  const way = (query.get("way") as Way | null) ?? undefined;
  const { of, isAll, nameOf } = useOfBrand();
  const listed = api.useInfiniteQuery("get", "/v1/inbox/deliveries", { params: { query: { ...of, ...(kind && { kind }), ...(way && { way }), limit: 50 } } }, BY_CURSOR);
  const figure = (one: Delivery, state: string, value: number) => (value === 0 ? <span className="number">{count(0)}</span> : <Link className="number" to={at(`data/deliveries/${one.id}?state=${state}`)}>{count(value)}</Link>);
  const columns: TableColumnsType<Delivery> = [
    { title: t("deliveries.source"), key: "source", render: (_, one) => <Flex vertical><Link to={at(`data/deliveries/${one.id}`)}>{one.source}</Link><Typography.Text type="secondary">{one.account} · {t(`ways.${one.way}`)}</Typography.Text></Flex> },
    ...(isAll ? [{ title: t("brand"), key: "brand", render: (_: unknown, one: Delivery) => nameOf(one.brand) }] : []),
    { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
    { title: t("record.state"), key: "state", render: (_, one) => <Tag color={one.state === "done" ? "success" : "processing"}>{t(`deliveryStates.${one.state}`)}</Tag> },
    { title: t("progress.records"), key: "records", align: "right", render: (_, one) => <span className="number">{count(one.records)}</span> },
    { title: t("progress.applied"), key: "applied", align: "right", render: (_, one) => figure(one, "applied", one.applied) },
    { title: t("progress.refused"), key: "refused", align: "right", render: (_, one) => figure(one, "refused", one.refused) },
    { title: t("progress.superseded"), key: "superseded", align: "right", render: (_, one) => figure(one, "superseded", one.superseded) },
    { title: t("progress.known"), key: "known", align: "right", render: (_, one) => <span className="number">{count(one.known)}</span> },
    { title: t("deliveries.runAt"), key: "at", render: (_, one) => <span title={t("deliveries.runs", { count: one.runs })}>{instant(one.run_at)}</span> },
  ];
  return (
    <Page title={t("deliveries.title")} hint={t("deliveries.hint")}>
      <Waiting />
      <Flex gap="small" wrap>
        <OfBrand />
        <Select<Kind> className="data-short" allowClear aria-label={t("kind")} placeholder={t("kind")} value={kind ?? null} options={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))} onChange={(value: Kind | undefined) => { say({ kind: value }); }} />
        <Select<Way> className="data-short" allowClear aria-label={t("deliveries.way")} placeholder={t("deliveries.way")} value={way ?? null} options={WAYS.map((one) => ({ value: one, label: t(`ways.${one}`) }))} onChange={(value: Way | undefined) => { say({ way: value }); }} />
      </Flex>
      <DataTable label={t("deliveries.title")} listing={listed} rowKey="id" columns={columns} empty={<Empty title={t("deliveries.none")} hint={t("deliveries.noneHint")} action={<Link to={at("data/imports")}><Button>{t("imports.title")}</Button></Link>} />} />
    </Page>
  );
}

/** What came before its order, and still waits for it. */
function Waiting() {
  const { t } = useTranslation("data");
  const [query, say] = useWords();
  const open = query.get("waiting") === "yes";
  const { of } = useOfBrand();
  const counts = api.useQuery("get", "/v1/inbox/waiting/counts", { params: { query: of } });
  const listed = api.useInfiniteQuery("get", "/v1/inbox/waiting", { params: { query: { ...of, limit: 50 } } }, { ...BY_CURSOR, enabled: open });
  if (counts.data === undefined || counts.data.count === 0) return null;
  return (
    <Card size="small" title={t("waiting.title", { count: counts.data.count })} extra={<Button size="small" onClick={() => { say({ waiting: open ? null : "yes" }); }}>{t(open ? "waiting.hide" : "waiting.show")}</Button>}>
      <Typography.Paragraph type="secondary">{t("waiting.hint")}</Typography.Paragraph>
      <Table
        aria-label={t("waiting.title", { count: counts.data.count })} size="small" rowKey={(one) => `${one.account} ${one.kind}`} pagination={false} dataSource={counts.data.items}
        columns={[
          { title: t("imports.account"), dataIndex: "account" },
          { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
          { title: t("quarantine.count"), key: "count", align: "right", render: (_, one) => <span className="number">{count(one.count)}</span> },
          { title: t("quarantine.since"), key: "since", render: (_, one) => instant(one.oldest_at) },
        ]}
      />
      {open && (
        <DataTable
          label={t("waiting.title", { count: counts.data.count })} listing={listed} rowKey="record_id" size="small"
          columns={[
            { title: t("waiting.order"), dataIndex: "order_no" },
            { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
            { title: t("quarantine.key"), dataIndex: "external_id" },
            { title: t("imports.account"), dataIndex: "account" },
            { title: t("quarantine.at"), key: "at", render: (_, one) => instant(one.recorded_at) },
          ]}
        />
      )}
    </Card>
  );
}
