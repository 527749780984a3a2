import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Segmented, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Actions } from "./Actions";
import { Standing } from "./Standing";
import { type Job, STATES, isOpen, took, useJobWords } from "./words";

const ROWS = 30;
const ASKED_EVERY_MS = 3_000;
const ASKED_QUIETLY_EVERY_MS = 15_000;
const ALL = "all";

interface Props {
  query: URLSearchParams;
  put: (changes: Readonly<Record<string, string | null>>) => void;
  show: (id: string) => void;
}

/** The jobs of the group, newest first; asked again by itself, more often while one is under way. */
export function JobList({ query, put, show }: Props) {
  const { t } = useTranslation("jobs");
  const words = useJobWords();
  const may = useMay();
  const state = STATES.find((one) => one === query.get("state"));
  const kind = query.get("kind") ?? undefined;
  // Both lists are of the same form; who may not see everybody's jobs sees their own.
  const path = (may("jobs.read") ? "/v1/jobs" : "/v1/account/jobs") as "/v1/jobs";
  const listing = api.useInfiniteQuery(
    "get", path,
    { params: { query: { limit: ROWS, ...(state === undefined ? {} : { state }), ...(kind === undefined ? {} : { kind }) } } },
    {
      ...BY_CURSOR,
      refetchInterval: (asked) => {
        const pages = asked.state.data?.pages ?? [];
        return pages.some((page) => page.items.some(isOpen)) ? ASKED_EVERY_MS : ASKED_QUIETLY_EVERY_MS;
      },
    },
  );
  const rows = listing.data?.pages.flatMap((page) => page.items) ?? [];
  const kinds = [...new Set([...rows.map((one) => one.kind), ...(kind === undefined ? [] : [kind])])];
  const isFiltered = state !== undefined || kind !== undefined;
  const now = listing.dataUpdatedAt;
  const clear = <Button onClick={() => { put({ state: null, kind: null }); }}>{t("common:clearFilters")}</Button>;
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" wrap align="center">
        <Segmented<string>
          aria-label={t("state")}
          value={state ?? ALL}
          options={[{ value: ALL, label: t("all") }, ...STATES.map((value) => ({ value, label: t(`common:jobStates.${value}`) }))]}
          onChange={(value) => { put({ state: value === ALL ? null : value }); }}
        />
        <Select
          aria-label={t("kind")}
          allowClear
          placeholder={t("anyKind")}
          popupMatchSelectWidth={false}
          className="job-kinds"
          value={kind ?? null}
          options={kinds.map((value) => ({ value, label: words.kind(value) }))}
          onChange={(value: string | null | undefined) => { put({ kind: value ?? null }); }}
        />
      </Flex>
      <DataTable<Job>
        label={t("title")}
        listing={listing}
        rowKey="id"
        empty={isFiltered ? <Empty title={t("common:nothingMatches")} action={clear} /> : <Empty title={t("noJobs")} hint={t("noJobsHint")} />}
        columns={[
          {
            title: t("kind"), key: "kind",
            render: (_, one) => <Button type="link" className="job-name" onClick={() => { show(one.id); }}>{words.kind(one.kind)}</Button>,
          },
          { title: t("state"), key: "state", width: "22%", render: (_, one) => <Standing job={one} /> },
          { title: t("askedBy"), key: "by", render: (_, one) => <Actor id={one.asked_by} nobody={<Typography.Text type="secondary">{t("itself")}</Typography.Text>} /> },
          { title: t("askedAt"), dataIndex: "recorded_at", render: (value: string) => instant(value) },
          { title: t("took"), key: "took", align: "right", render: (_, one) => took(one, now) },
          { title: t("actions"), key: "actions", render: (_, one) => <Actions job={one} onDone={() => void listing.refetch()} /> },
        ]}
      />
    </Flex>
  );
}
