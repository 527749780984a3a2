import { useBrand } from "@console/brand";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Form, Input, Modal, Skeleton, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import "./data.css";
import { Comparisons } from "./Comparisons";
import { amountOf } from "./balances";

type Balance = Schemas["OpenedOut"]["kind"];
type Word = Schemas["CutOverOut"];
interface Row {
  kind: Balance;
  taken: Schemas["OpenedOut"] | undefined;
  word: Word | undefined;
}
const BALANCES: readonly Balance[] = ["points", "growth", "stored_principal", "stored_bonus", "tier"];

/** What a brand took over from an older system: both books compared, and the cut-over. */
export default function Openings() {
  const { t } = useTranslation("data");
  const { code: brand } = useBrand();
  const may = useMay();
  const openings = api.useQuery("get", "/v1/brands/{brand}/openings", { params: { path: { brand } } });
  const [asked, setAsked] = useState<Row | null>(null);
  if (isForbidden(openings.error)) return <NoPermission permissions={["programme.read"]} />;
  const refused = may("programme.write") ? undefined : t("openings.writeNeeded");
  const rows: Row[] = BALANCES.map((kind) => ({
    kind,
    taken: openings.data?.taken_over.find((one) => one.kind === kind),
    // The journal has the latest word first.
    word: openings.data?.journal.find((one) => one.kind === kind),
  }));
  const columns: TableColumnsType<Row> = [
    { title: t("openings.balance"), key: "kind", render: (_, one) => t(`balances.${one.kind}`) },
    { title: t("openings.count"), key: "openings", align: "right", render: (_, one) => <span className="number">{count(one.taken?.openings ?? 0)}</span> },
    { title: t("openings.customers"), key: "customers", align: "right", render: (_, one) => <span className="number">{count(one.taken?.customers ?? 0)}</span> },
    { title: t("openings.amount"), key: "amount", align: "right", render: (_, one) => <span className="number">{one.kind === "tier" ? "—" : amountOf(one.kind, one.taken?.amount ?? 0)}</span> },
    { title: t("openings.state"), key: "state", render: (_, one) => <State word={one.word} /> },
    { title: t("actions"), key: "actions", render: (_, one) => <Button size="small" disabled={refused !== undefined} title={refused} onClick={() => { setAsked(one); }}>{t(one.word?.is_frozen ? "openings.unfreeze" : "openings.freeze")}</Button> },
  ];
  return (
    <Page title={t("openings.title")} hint={t("openings.hint")}>
      {openings.error !== null && <Refused error={openings.error} onRetry={() => void openings.refetch()} />}
      {may("inbox.read") && <Comparisons />}
      <Card title={t("openings.taken")}>
        {openings.isPending ? <Skeleton active /> : <Table<Row> aria-label={t("openings.taken")} size="small" rowKey="kind" columns={columns} dataSource={rows} pagination={false} scroll={{ x: "max-content" }} />}
      </Card>
      <Journal words={openings.data?.journal ?? []} />
      {asked !== null && <CutOver brand={brand} row={asked} onClose={() => { setAsked(null); void openings.refetch(); }} />}
    </Page>
  );
}

function State({ word }: { word: Word | undefined }) {
  const { t } = useTranslation("data");
  if (word?.is_frozen !== true) return <Tag color="processing">{t("openings.open")}</Tag>;
  return <Tag color="success">{t("openings.frozenSince", { at: instant(word.changed_at) })}</Tag>;
}

/** Asks for the reason, having said what follows from it. */
function CutOver({ brand, row, onClose }: { brand: string; row: Row; onClose: () => void }) {
  const { t } = useTranslation("data");
  const [key] = useState(newKey);
  const freezes = row.word?.is_frozen !== true;
  const put = api.useMutation("put", "/v1/brands/{brand}/openings/{kind}/cut-over", { onSuccess: onClose });
  const [form] = Form.useForm<{ reason: string }>();
  const title = t(freezes ? "openings.freezeAsk" : "openings.unfreezeAsk", { balance: t(`balances.${row.kind}`) });
  return (
    <Modal open title={title} okText={t(freezes ? "openings.freeze" : "openings.unfreeze")} confirmLoading={put.isPending} onCancel={onClose} onOk={() => { form.submit(); }}>
      <Flex vertical gap="middle">
        <Alert showIcon type="warning" title={t(freezes ? "openings.freezeHint" : "openings.unfreezeHint", { customers: count(row.taken?.customers ?? 0) })} />
        <Form form={form} layout="vertical" onFinish={({ reason }) => { put.mutate({ params: { path: { brand, kind: row.kind }, header: { "Idempotency-Key": key } }, body: { is_frozen: freezes, reason } }); }}>
          <Form.Item name="reason" label={t("openings.reason")} rules={[{ required: true, whitespace: true, message: t("openings.reasonNeeded") }]} extra={t("openings.reasonHint")}>
            <Input.TextArea maxLength={1_000} autoSize />
          </Form.Item>
        </Form>
        {put.error !== null && <Refused error={put.error} />}
      </Flex>
    </Modal>
  );
}

function Journal({ words }: { words: readonly Word[] }) {
  const { t } = useTranslation("data");
  if (words.length === 0) return null;
  return (
    <Card title={t("openings.journal")} size="small">
      <Flex vertical gap="small">
        {words.map((one) => (
          <Typography.Text key={`${one.kind} ${one.changed_at}`}>
            {instant(one.changed_at)} · {t(`balances.${one.kind}`)} · {t(one.is_frozen ? "openings.frozen" : "openings.reopened")} · <Actor id={one.actor} /> · {one.reason}
          </Typography.Text>
        ))}
      </Flex>
    </Card>
  );
}
