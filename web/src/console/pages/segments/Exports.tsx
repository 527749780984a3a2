import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api, download, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { count, instant } from "@shared/format";
import { useRefusalText } from "@shared/refusalText";
import { Alert, App, Button, Flex, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

type Export = Schemas["ExportOut"];
type Purpose = Schemas["ExportIn"]["purpose"];
const PURPOSES: readonly Purpose[] = ["marketing", "profiling", "sharing"];

/** Files of a segment: asked for with a purpose, written by a job, taken as often as allowed. */
export function Exports({ brand, segment, isArchived }: { brand: string; segment: string; isArchived: boolean }) {
  const { t } = useTranslation("segments");
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const [purpose, setPurpose] = useState<Purpose>("marketing");
  const say = useRefusalText();
  const [taken, setTaken] = useState<string | null>(null);
  const [key, setKey] = useState(newKey);
  const listing = api.useInfiniteQuery(
    "get", "/v1/brands/{brand}/exports", { params: { path: { brand }, query: { segment, limit: 20 } } }, BY_CURSOR,
  );
  const ask = api.useMutation("post", "/v1/brands/{brand}/segments/{segment}/exports", {
    onSuccess: () => {
      setOpen(false);
      setKey(newKey());
      void listing.refetch();
    },
  });
  const take = (one: Export) => {
    setTaken(one.id);
    download(`/v1/brands/${encodeURIComponent(brand)}/exports/${one.id}/file`, `${segment}-${one.id}.csv`)
      .catch((error: unknown) => { void message.error(say(error instanceof Refusal ? error : new Refusal(500, {}))); })
      .finally(() => { setTaken(null); });
  };
  const running = listing.data?.pages.flatMap((page) => page.items).filter((one) => !one.is_finished && one.job_id !== null) ?? [];
  return (
    <Flex vertical gap="middle">
      <div><Button type="primary" disabled={isArchived} onClick={() => { setOpen(true); }}>{t("exportAsk")}</Button></div>
      {running.map((one) => <JobProgress key={one.id} jobId={one.job_id ?? ""} title={t("exporting", { at: instant(one.asked_at) })} onEnd={() => void listing.refetch()} />)}
      <DataTable<Export>
        label={t("exports")}
        listing={listing}
        rowKey="id"
        empty={<Empty title={t("noExports")} hint={t("noExportsHint")} />}
        columns={[
          { title: t("asked"), key: "asked", render: (_, one) => <Flex vertical><span>{instant(one.asked_at)}</span><Actor id={one.asked_by} /></Flex> },
          { title: t("purpose"), dataIndex: "purpose", render: (value: string) => t(`purposes.${value}`, { defaultValue: value }) },
          { title: t("written"), dataIndex: "written", align: "right", render: (value: number | null) => count(value) },
          { title: t("leftOut"), key: "left", render: (_, one) => <LeftOut one={one} /> },
          { title: t("keptUntil"), dataIndex: "kept_until", render: (value: string | null) => instant(value) },
          { title: t("file"), key: "file", render: (_, one) => <Button size="small" loading={taken === one.id} disabled={!one.is_finished || isGone(one)} title={isGone(one) ? t("fileGone") : undefined} onClick={() => { take(one); }}>{t("download")}</Button> },
        ]}
      />
      <Modal
        open={open}
        title={t("exportAsk")}
        okText={t("exportBegin")}
        okButtonProps={{ loading: ask.isPending }}
        onOk={() => { ask.mutate({ params: { path: { brand, segment }, header: { "Idempotency-Key": key } }, body: { purpose } }); }}
        onCancel={() => { setOpen(false); ask.reset(); }}
      >
        <Flex vertical gap="middle">
          <Radio.Group value={purpose} onChange={(event) => { setPurpose(event.target.value as Purpose); }} options={PURPOSES.map((value) => ({ value, label: t(`purposes.${value}`) }))} />
          <Alert type="info" showIcon title={t("exportMeans")} />
          {ask.error !== null && <Refused error={ask.error} />}
        </Flex>
      </Modal>
    </Flex>
  );
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
