import { useAddress, useBrand } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Actor } from "@console/parts/actors/Actor";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import { day } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Segmented, Select, type TableColumnsType, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Counts } from "./Counts";
import { Due } from "./Due";
import { Handle } from "./Handle";
import { NewRequest } from "./NewRequest";
import type { Kind, RightRequest } from "./term";

const KINDS: readonly Kind[] = ["export", "correct", "exit", "erase"];
const DUES = ["overdue", "urgent"] as const;

/** What customers ask by law: what waits and until when, what ended, and the way to handle each. */
export default function Requests() {
  const { t } = useTranslation("rights");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay()("rights.write");
  const [query, say] = useWords();
  const [now] = useState(() => Date.now());
  const state = query.get("state") === "ended" ? "ended" : "waiting";
  const kind = KINDS.find((one) => one === query.get("kind"));
  const due = DUES.find((one) => one === query.get("due"));
  const counts = api.useQuery("get", "/v1/brands/{brand}/rights/requests/counts", { params: { path: { brand } } });
  const listing = api.useInfiniteQuery("get", "/v1/brands/{brand}/rights/requests", { params: { path: { brand }, query: { limit: 50, state, kind, due: state === "waiting" ? due : undefined } } }, BY_CURSOR);
  const soonDays = counts.data?.urgent_days ?? 3;
  const handled = listing.data?.pages.flatMap((page) => page.items).find((one) => one.id === query.get("request"));
  const columns: TableColumnsType<RightRequest> = [
    { title: t("table.kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
    { title: t("table.customer"), key: "customer", render: (_, one) => <CustomerLink request={one} /> },
    { title: t("table.state"), key: "state", render: (_, one) => <Tag>{t(`states.${one.state}`)}</Tag> },
    { title: state === "ended" ? t("table.ended") : t("table.due"), key: "due", render: (_, one) => <Due request={one} now={now} soonDays={soonDays} /> },
    {
      title: t("table.received"), key: "received",
      render: (_, one) => <>{day(one.received_at)}{one.origin !== null && <Typography.Text type="secondary"> · {t(`origins.${one.origin}`)}</Typography.Text>}</>,
    },
    { title: t("table.by"), key: "by", render: (_, one) => <Actor id={one.opened_by} /> },
    { title: "", key: "handle", render: (_, one) => <Button size="small" onClick={() => { say({ request: one.id }); }}>{state === "ended" ? t("table.look") : t("table.handle")}</Button> },
  ];
  const isFiltered = kind !== undefined || due !== undefined;
  return (
    <Page
      title={t("title")}
      hint={t("hint")}
      actions={(
        <>
          <Button onClick={() => void navigate(at("rights/policies"))}>{t("policies")}</Button>
          <Button type="primary" disabled={!may} title={may ? undefined : t("writeNeeded")} onClick={() => { say({ new: "yes" }); }}>{t("open.action")}</Button>
        </>
      )}
    >
      <Counts counts={counts} onChoose={(words) => { say({ state: undefined, kind: undefined, due: undefined, ...words }); }} />
      <Flex gap="middle" wrap>
        <Segmented
          aria-label={t("table.state")}
          value={state}
          options={(["waiting", "ended"] as const).map((one) => ({ value: one, label: t(`filters.${one}`) }))}
          onChange={(one) => { say({ state: one === "waiting" ? undefined : one, due: undefined }); }}
        />
        <Select<Kind>
          aria-label={t("table.kind")}
          allowClear
          popupMatchSelectWidth={false}
          placeholder={t("filters.anyKind")}
          value={kind}
          options={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))}
          onChange={(one) => { say({ kind: one }); }}
        />
        {state === "waiting" && (
          <Select<(typeof DUES)[number]>
            aria-label={t("table.due")}
            allowClear
            popupMatchSelectWidth={false}
            placeholder={t("filters.anyDue")}
            value={due}
            options={DUES.map((one) => ({ value: one, label: t(`filters.${one}`) }))}
            onChange={(one) => { say({ due: one }); }}
          />
        )}
      </Flex>
      <DataTable<RightRequest>
        label={t("title")}
        listing={listing}
        rowKey="id"
        columns={columns}
        empty={isFiltered ? <Empty title={t("noneMatches")} /> : state === "ended" ? <Empty title={t("noneEnded")} /> : <Empty title={t("none")} hint={t("noneHint")} />}
      />
      {query.get("new") !== null && <NewRequest termDays={counts.data?.term_days ?? 15} customerId={query.get("customer")} onChoose={(one) => { say({ customer: one ?? undefined }); }} onClose={() => { say({ new: undefined, customer: undefined }); }} />}
      {handled !== undefined && <Handle request={handled} onClose={() => { say({ request: undefined }); }} />}
    </Page>
  );
}

function CustomerLink({ request }: { request: RightRequest }) {
  const { t } = useTranslation("rights");
  const at = useAddress();
  if (request.kind === "erase" && request.state === "done") return <Typography.Text type="secondary">{t("table.erased")}</Typography.Text>;
  return <Link to={at(`customers/${request.customer_id}`)}>{request.customer_name ?? request.customer_id}</Link>;
}
