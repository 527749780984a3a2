import { useAddress, useBrand } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { AskReason } from "@console/parts/people/AskReason";
import { Page } from "@console/parts/Page";
import { Actor, SaidOf } from "@console/parts/actors/Actor";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import type { Refusal } from "@shared/api/refusal";
import { instant } from "@shared/format";
import { refusalOfItem, useRefusalText } from "@shared/refusalText";
import { useMay } from "@shared/session";
import { Alert, App, Button, Flex, Modal, Segmented, type TableColumnsType, Typography } from "antd";
import { type Key, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { Original } from "./Original";

type Document = Schemas["SubmissionOut"];
type State = Document["state"];
type Asked = { state: "approved" | "rejected"; ids: readonly string[]; key: string };

const STATES: readonly State[] = ["open", "approved", "rejected"];

/** Documents that members handed in: looked at one by one, decided one by one or together. */
export default function Documents() {
  const { t } = useTranslation("rights");
  const { code: brand } = useBrand();
  const at = useAddress();
  const may = useMay()("documents.review");
  const say = useRefusalText();
  const { message } = App.useApp();
  const [query, setQuery] = useSearchParams();
  const [picked, setPicked] = useState<readonly Key[]>([]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [looked, setLooked] = useState<Document | null>(null);
  const state = STATES.find((one) => one === query.get("state")) ?? "open";
  const counts = api.useQuery("get", "/v1/brands/{brand}/documents/counts", { params: { path: { brand } } });
  const listing = api.useInfiniteQuery("get", "/v1/brands/{brand}/documents", { params: { path: { brand }, query: { limit: 50, state } } }, BY_CURSOR);
  const decide = api.useMutation("post", "/v1/documents/decisions", {
    onSuccess: ({ items }, { body }) => {
      const done = items.filter((one) => one.ok).length;
      setAsked(null);
      setPicked([]);
      setRefused(items.filter((one) => !one.ok).map(refusalOfItem));
      if (done > 0) void message.success(body.items[0]?.state === "approved" ? t("docs.approved", { count: done }) : t("docs.rejected", { count: done }));
      void queries.invalidateQueries();
    },
  });
  const send = (wanted: Asked, reason: string | null) => {
    decide.mutate({
      params: { header: { "Idempotency-Key": wanted.key } },
      body: { items: wanted.ids.map((id) => ({ submission_id: id, state: wanted.state, reason })) },
    });
  };
  const ask = (decision: Asked["state"], ids: readonly string[]) => { setAsked({ state: decision, ids, key: newKey() }); };
  const hint = may ? undefined : t("docs.needed");
  const open = state === "open";
  const columns: TableColumnsType<Document> = [
    { title: t("docs.kind"), key: "kind", render: (_, one) => t(`docs.kindNames.${one.kind}`, { defaultValue: one.kind }) },
    { title: t("docs.customer"), key: "customer", render: (_, one) => <Link to={at(`customers/${one.customer_id}`)}>{one.customer_name ?? one.customer_id}</Link> },
    { title: t("docs.submitted"), key: "submitted", render: (_, one) => instant(one.submitted_at) },
    { title: t("docs.source"), key: "source", render: (_, one) => <Actor id={one.source} /> },
    ...(open ? [] : [
      { title: t("docs.decided"), key: "decided", render: (_: unknown, one: Document) => <SaidOf id={one.decided_by} says={(by) => t("docs.decidedBy", { by, at: instant(one.decided_at) })} /> },
      { title: t("docs.reason"), dataIndex: "reason", key: "reason", className: "free-text" },
    ]),
    {
      title: "", key: "decide",
      render: (_, one) => (
        <Flex gap="small">
          <Button size="small" onClick={() => { setLooked(one); }}>{t("docs.look")}</Button>
          {open && <Button size="small" type="primary" disabled={!may} title={hint} onClick={() => { ask("approved", [one.id]); }}>{t("docs.approve")}</Button>}
          {open && <Button size="small" disabled={!may} title={hint} onClick={() => { ask("rejected", [one.id]); }}>{t("docs.reject")}</Button>}
        </Flex>
      ),
    },
  ];
  return (
    <Page
      title={t("documents")}
      hint={t("documentsHint")}
      actions={open && picked.length > 0 && (
        <>
          <Button disabled={!may} title={hint} onClick={() => { ask("rejected", picked.map(String)); }}>{t("docs.rejectMany", { count: picked.length })}</Button>
          <Button type="primary" disabled={!may} title={hint} onClick={() => { ask("approved", picked.map(String)); }}>{t("docs.approveMany", { count: picked.length })}</Button>
        </>
      )}
    >
      <div>
        <Segmented<State>
          aria-label={t("table.state")}
          value={state}
          options={STATES.map((one) => ({ value: one, label: counts.data === undefined ? t(`docs.states.${one}`) : `${t(`docs.states.${one}`)} ${String(counts.data[one])}` }))}
          onChange={(one) => { setPicked([]); setQuery(one === "open" ? {} : { state: one }, { replace: true }); }}
        />
      </div>
      {refused.length > 0 && (
        <Alert type="error" showIcon closable={{ onClose: () => { setRefused([]); } }} title={t("docs.refused", { count: refused.length })} description={<ul className="plain">{refused.map((one, place) => <li key={place}>{say(one)}</li>)}</ul>} />
      )}
      <DataTable<Document>
        label={t("documents")}
        listing={listing}
        rowKey="id"
        columns={columns}
        rowSelection={open ? { selectedRowKeys: [...picked], onChange: setPicked } : undefined}
        empty={open ? <Empty title={t("docs.none")} hint={t("docs.noneHint")} /> : <Empty title={t("docs.noneDecided")} />}
      />
      {looked !== null && <Original document={looked} onClose={() => { setLooked(null); }} />}
      {asked?.state === "approved" && (
        <Modal open title={t("docs.approveTitle")} okText={t("docs.approve")} confirmLoading={decide.isPending} onOk={() => { send(asked, null); }} onCancel={() => { setAsked(null); decide.reset(); }}>
          <Flex vertical gap="middle">
            <Typography.Text>{t("docs.approveHint")}</Typography.Text>
            {decide.error !== null && <Refused error={decide.error} />}
          </Flex>
        </Modal>
      )}
      {asked?.state === "rejected" && (
        <AskReason title={t("docs.rejectTitle")} confirm={t("docs.reject")} danger busy={decide.isPending} error={decide.error} onConfirm={(reason) => { send(asked, reason); }} onClose={() => { setAsked(null); decide.reset(); }}>
          <Typography.Text>{t("docs.rejectHint")}</Typography.Text>
        </AskReason>
      )}
    </Page>
  );
}
