import { useBrand } from "@console/brand";
import { Actor } from "@console/parts/actors/Actor";
import { hasName } from "@console/parts/actors/naming";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api, download } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { Changes, Says } from "./Changes";
import { Filters } from "./Filters";
import { Origin } from "./Origin";
import { useActNames } from "./acts";
import { addressOf, asked, isFiltered, readFilter, writeFilter } from "./filter";
import { parted, useSubjectAddress } from "./subjects";
import "./audit.css";

type Entry = Schemas["EntryOut"];

const ROWS = 50;

/** Who did what, from where, before and after; searched, and taken as a file. */
export default function Audit() {
  const { t } = useTranslation("audit");
  const { code: brand } = useBrand();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const [trouble, setTrouble] = useState<unknown>(null);
  const [isTaking, setIsTaking] = useState(false);
  const filter = readFilter(query);
  const acts = useActNames();
  const addressFor = useSubjectAddress();
  const listing = api.useInfiniteQuery(
    "get", "/v1/audit/entries", { params: { query: { limit: ROWS, ...asked(filter, brand) } } }, BY_CURSOR,
  );
  const take = () => {
    setTrouble(null);
    setIsTaking(true);
    download(`/v1/audit/file?${addressOf(filter, brand)}`, "audit.csv")
      .then(() => listing.refetch())
      .catch(setTrouble)
      .finally(() => { setIsTaking(false); });
  };
  const clear = <Button onClick={() => { setQuery(new URLSearchParams()); }}>{t("common:clearFilters")}</Button>;
  const file = (
    <Tooltip title={may("audit.export") ? t("exportHint") : t("exportNotAllowed")}>
      <Button disabled={!may("audit.export")} loading={isTaking} onClick={take}>{t("common:export")}</Button>
    </Tooltip>
  );
  return (
    <Page title={t("title")} hint={t("hint")} actions={file}>
      <Filters filter={filter} acts={acts.list} put={(next) => { setQuery(writeFilter(next)); }} />
      {trouble !== null && <Refused error={trouble} />}
      <DataTable<Entry>
        label={t("title")}
        listing={listing}
        rowKey="id"
        scroll={{ x: "64em" }}
        empty={isFiltered(filter) ? <Empty title={t("common:nothingMatches")} action={clear} /> : <Empty title={t("nothingYet")} hint={t("nothingYetHint")} />}
        expandable={{
          rowExpandable: (entry) => entry.changes.length > 0,
          expandedRowRender: (entry) => <Changes entry={entry} />,
          columnTitle: <span className="visually-hidden">{t("changes")}</span>,
        }}
        columns={[
          { title: t("at"), dataIndex: "recorded_at", width: "11em", render: (value: string) => instant(value) },
          { title: t("who"), key: "who", width: "13em", render: (_, entry) => <Origin entry={entry} /> },
          { title: t("act"), dataIndex: "act", width: "11em", render: (act: string) => acts.name(act) },
          {
            title: t("subject"), key: "subject", width: "14em",
            render: (_, entry) => <Subject entry={entry} address={addressFor(entry)} />,
          },
          { title: t("what"), key: "what", className: "audit-what", render: (_, entry) => <Says entry={entry} /> },
          { title: t("brand"), dataIndex: "brand", width: "6em", render: (code: string | null) => code ?? <Typography.Text type="secondary">{t("group")}</Typography.Text> },
        ]}
      />
    </Page>
  );
}

function Subject({ entry: { subject, subject_name: name }, address }: { entry: Entry; address: string | null }) {
  const { t, i18n } = useTranslation("audit");
  if (address === null && hasName(subject)) return <Actor id={subject} />;
  const [kind, key] = parted(subject);
  const words = name ?? (i18n.exists(`subjects.${kind}`, { ns: "audit" }) ? `${t(`subjects.${kind}` as "title")} ${key}`.trim() : subject);
  return address === null ? <span className="audit-subject" title={subject}>{words}</span> : <Link className="audit-subject" title={subject} to={address}>{words}</Link>;
}
