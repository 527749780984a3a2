import { useAddress, useBrand } from "@console/brand";
import { DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { App, Badge, Button, Flex, Segmented, Switch, Typography } from "antd";
import type { TableProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { NewDraft } from "./NewDraft";

type Row = Schemas["DraftSummary"];
const STATES = { edited: "processing", submitted: "warning", published: "success", discarded: "default" } as const;
const SHOWN = ["open", "submitted", "every"] as const;

/** The drafts of the brand, and whether a second person approves them. */
export default function Drafts() {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const [isStarting, setStarting] = useState(false);
  const shown = SHOWN.find((one) => one === query.get("show")) ?? "open";
  const asked = { params: { path: { brand }, query: { every: shown === "every" } } };
  const drafts = api.useQuery("get", "/v1/brands/{brand}/programme/drafts", asked);
  const rows = drafts.data?.items.filter((one) => shown !== "submitted" || one.state === "submitted");
  const columns: TableProps<Row>["columns"] = [
    { title: t("draftName"), key: "name", render: (_, row) => <Link to={at(`programme/drafts/${row.id}`)}>{row.name}</Link> },
    { title: t("state"), key: "state", render: (_, row) => <Badge status={STATES[row.state]} text={t(`states.${row.state}`)} /> },
    { title: t("changesCount"), key: "changes", className: "number", render: (_, row) => count(row.changes) },
    { title: t("basedOn"), key: "base", render: (_, row) => <Base row={row} newest={drafts.data?.newest_version ?? 0} /> },
    { title: t("wantedFrom"), key: "wanted", render: (_, row) => (row.state === "submitted" ? (row.wanted_from === null ? t("atOnce") : instant(row.wanted_from)) : "—") },
    { title: t("changedBy"), key: "by", render: (_, row) => <><Actor id={row.changed_by} /> · {instant(row.changed_at)}</> },
  ];
  const start = <Button type="primary" disabled={!may("programme.write")} title={may("programme.write") ? undefined : t("mayNotWrite")} onClick={() => { setStarting(true); }}>{t("startDraft")}</Button>;
  return (
    <Page title={t("draftsTitle")} hint={t("draftsHint")} actions={start}>
      <Flex justify="space-between" align="center" gap="middle" wrap>
        <Segmented
          aria-label={t("state")}
          value={shown}
          options={SHOWN.map((value) => ({ value, label: t(`show.${value}`) }))}
          onChange={(value) => { setQuery(value === "open" ? {} : { show: value }, { replace: true }); }}
        />
        <FourEyes />
      </Flex>
      <DataTable<Row>
        label={t("draftsTitle")}
        listing={{
          data: rows === undefined ? undefined : { pages: [{ items: rows }], pageParams: [] },
          error: drafts.error,
          isPending: drafts.isPending,
          isFetchingNextPage: false,
          hasNextPage: false,
          fetchNextPage: () => Promise.resolve(),
          refetch: drafts.refetch,
        }}
        rowKey="id"
        columns={columns}
        empty={<Empty title={t(shown === "submitted" ? "noneSubmitted" : "noDrafts")} hint={t("noDraftsHint")} />}
      />
      <NewDraft
        isOpen={isStarting}
        hasProgramme={(drafts.data?.newest_version ?? 0) > 0}
        onClose={() => { setStarting(false); }}
        onStarted={(draft) => void navigate(at(`programme/drafts/${draft.id}`))}
      />
    </Page>
  );
}

function Base({ row, newest }: { row: Row; newest: number }) {
  const { t } = useTranslation("programme");
  const isOpen = row.state === "edited" || row.state === "submitted";
  return (
    <Flex gap="small">
      {row.base_version === 0 ? t("noBase") : t("versionNumber", { version: row.base_version })}
      {isOpen && row.base_version !== newest && <Badge status="warning" text={t("movedOn")} />}
    </Flex>
  );
}

/** The switch by which a brand wants a second person to approve. */
function FourEyes() {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const { modal } = App.useApp();
  const may = useMay();
  const place = { path: { brand } };
  const policy = api.useQuery("get", "/v1/brands/{brand}/programme/policy", { params: place });
  const put = api.useMutation("put", "/v1/brands/{brand}/programme/policy", { onSuccess: () => void queries.invalidateQueries() });
  if (policy.data === undefined) return null;
  const { four_eyes: isOn, revision } = policy.data;
  const turn = (four_eyes: boolean) => {
    void modal.confirm({
      title: t(four_eyes ? "fourEyesOn" : "fourEyesOff"),
      content: t(four_eyes ? "fourEyesOnHint" : "fourEyesOffHint"),
      onOk: () => put.mutateAsync({ params: { ...place, header: { "If-Match": `"${String(revision)}"` } }, body: { four_eyes } }).catch(() => undefined),
    });
  };
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center">
        <Switch aria-label={t("fourEyes")} checked={isOn} disabled={!may("programme.publish") || (isOn && !may("programme.unguard"))} loading={put.isPending} onChange={turn} />
        <Typography.Text>{t("fourEyes")}</Typography.Text>
      </Flex>
      {put.error !== null && <Refused error={put.error} />}
    </Flex>
  );
}
