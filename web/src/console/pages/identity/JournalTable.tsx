import { useAddress } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { AskReason } from "@console/parts/people/AskReason";
import { Refused } from "@console/parts/Refused";
import { Actor, SaidOf } from "@console/parts/actors/Actor";
import { api, newKey, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Skeleton, type TableColumnsType, Tag, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Rehearsal } from "./Rehearsal";

type Entry = Schemas["JournalEntryOut"];

const WIDE = 960;

interface Props {
  filter: { person_id?: string; by_hand?: boolean };
  empty: ReactNode;
}

/** What was done to persons, the latest first; a merge can be undone from here. */
export function JournalTable({ filter, empty }: Props) {
  const { t } = useTranslation("identity");
  const may = useMay()("identity.write");
  const because = useBecause();
  const [undoing, setUndoing] = useState<string | null>(null);
  const listing = api.useInfiniteQuery("get", "/v1/identity/journal", { params: { query: { limit: 50, ...filter } } }, BY_CURSOR);
  const columns: TableColumnsType<Entry> = [
    { title: t("journal.when"), key: "when", render: (_, one) => instant(one.happened_at) },
    {
      title: t("journal.kind"), key: "kind",
      render: (_, one) => <Flex gap="small"><span>{t(`journal.kinds.${one.kind}`)}</span>{one.split_at !== null && <Tag>{t("journal.split")}</Tag>}</Flex>,
    },
    { title: t("journal.from"), key: "from", render: (_, one) => <PersonLink personId={one.source_id} /> },
    { title: t("journal.to"), key: "to", render: (_, one) => <PersonLink personId={one.target_id} /> },
    { title: t("journal.identifiers"), key: "identifiers", align: "right", render: (_, one) => <span className="number">{count(one.identifier_ids.length)}</span> },
    { title: t("journal.who"), key: "who", render: (_, one) => <Actor id={one.actor} nobody={<Typography.Text type="secondary">{t("journal.evidence")}</Typography.Text>} /> },
    {
      title: t("journal.why"), key: "why", width: "28%", className: "free-text",
      render: (_, one) => (
        <Flex vertical>
          <span>{because(one.cause, one.said)}</span>
          {one.split_at !== null && <Typography.Text type="secondary"><SaidOf id={one.split_by} nobody={t("journal.evidence")} says={(by) => t("journal.splitBy", { by, at: instant(one.split_at), reason: because(one.split_cause, one.split_said ?? "") })} /></Typography.Text>}
        </Flex>
      ),
    },
    {
      title: "", key: "undo",
      render: (_, one) => (one.merge_id !== null && one.split_at === null && (
        <Button size="small" disabled={!may} title={may ? undefined : t("writeNeeded")} onClick={() => { setUndoing(one.merge_id); }}>{t("journal.undo")}</Button>
      )),
    },
  ];
  return (
    <>
      <DataTable<Entry> label={t("history")} listing={listing} rowKey="id" columns={columns} size="small" empty={empty} />
      {undoing !== null && <Undo mergeId={undoing} onClose={() => { setUndoing(null); }} />}
    </>
  );
}

/** Returns a function that says why something was done: in our words, with what somebody gave as the reason. */
function useBecause(): (cause: Entry["cause"], said: string) => string {
  const { t } = useTranslation("identity");
  return (cause, said) => (cause === null ? said : t(`journal.causes.${cause}`, { said }));
}

function PersonLink({ personId }: { personId: string | null }) {
  const at = useAddress();
  return personId === null ? null : <Link to={at(`identity/persons/${personId}`)}>{personId}</Link>;
}

function Undo({ mergeId, onClose }: { mergeId: string; onClose: () => void }) {
  const { t } = useTranslation("identity");
  const { t: word } = useTranslation("people");
  const [key] = useState(newKey);
  const params = { path: { merge_id: mergeId } };
  const merge = api.useQuery("get", "/v1/identity/merges/{merge_id}", { params });
  const split = api.useMutation("post", "/v1/identity/merges/{merge_id}/split", {
    onSuccess: () => { onClose(); void queries.invalidateQueries(); },
  });
  return (
    <AskReason
      title={t("journal.undoTitle")}
      confirm={t("journal.undo")}
      danger
      width={WIDE}
      busy={split.isPending}
      error={split.error}
      onConfirm={(reason) => { split.mutate({ params: { ...params, header: { "Idempotency-Key": key } }, body: { reason } }); }}
      onClose={onClose}
    >
      <Typography.Text>{t("journal.undoHint")}</Typography.Text>
      {merge.error !== null && <Refused error={merge.error} />}
      {merge.isPending && <Skeleton active />}
      {merge.data !== undefined && (
        <Flex gap="small" wrap align="center">
          <Typography.Text type="secondary">{t("journal.moved")}</Typography.Text>
          {merge.data.identifiers.map((one) => <Tag key={one.id}>{word(`kinds.${one.kind}`)} {one.masked}</Tag>)}
        </Flex>
      )}
      <Rehearsal wished={{ decision: "split", merge_id: mergeId }} />
    </AskReason>
  );
}
