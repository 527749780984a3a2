import { DataTable, type Listing } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { ExportFile } from "@console/parts/ExportFile";
import { Actor } from "@console/parts/actors/Actor";
import { JobProgress } from "@console/parts/JobProgress";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { Flex, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";

export type Export = Schemas["ExportOut"];

interface Props {
  brand: string;
  listing: Listing<Export>;
  /** A column that tells which segment it was; none where there is only one. */
  of?: TableColumnsType<Export>;
  noExportsHint: string;
}

/** Exports, the newest first: who asked for what, what came of it, and the file. */
export function ExportTable({ brand, listing, of = [], noExportsHint }: Props) {
  const { t } = useTranslation("segments");
  const rows = listing.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {rows.map((one) => (one.is_finished || one.job_id === null
        ? null
        : <JobProgress key={one.id} jobId={one.job_id} title={t("exporting", { at: instant(one.asked_at) })} onEnd={() => void listing.refetch()} />))}
      <DataTable<Export>
        label={t("exports")}
        listing={listing}
        rowKey="id"
        empty={<Empty title={t("noExports")} hint={noExportsHint} />}
        columns={[
          { title: t("asked"), key: "asked", render: (_, one) => <Flex vertical><span>{instant(one.asked_at)}</span><Actor id={one.asked_by} /></Flex> },
          ...of,
          { title: t("purpose"), dataIndex: "purpose", render: (value: string) => t(`purposes.${value}`, { defaultValue: value }) },
          { title: t("written"), dataIndex: "written", align: "right", className: "number", render: (value: number | null) => count(value) },
          { title: t("leftOut"), key: "left", render: (_, one) => <LeftOut one={one} /> },
          { title: t("keptUntil"), dataIndex: "kept_until", render: (value: string | null) => instant(value) },
          { title: t("file"), key: "file", render: (_, one) => <ExportFile brand={brand} exportId={one.id} of={one.segment} whyNot={whyNot(one)} /> },
        ]}
      />
    </>
  );

  function whyNot(one: Export): string | undefined {
    if (!one.is_finished) return t("fileNotYet");
    return isGone(one) ? t("fileGone") : undefined;
  }
}

function LeftOut({ one }: { one: Export }) {
  const { t } = useTranslation("segments");
  const entries = Object.entries(one.left_out ?? {});
  if (entries.length === 0) return <span>{one.is_finished ? "0" : "—"}</span>;
  return <Flex vertical>{entries.map(([reason, number]) => <span key={reason}>{t(`reasons.${reason.replace(".", "_")}`, { defaultValue: reason })}: {count(number)}</span>)}</Flex>;
}

function isGone(one: Export): boolean {
  return one.kept_until !== null && new Date(one.kept_until) < new Date();
}
