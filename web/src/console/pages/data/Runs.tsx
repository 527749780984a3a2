import { useAddress } from "@console/brand";
import { Actor } from "@console/parts/actors/Actor";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Popconfirm, Progress, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { RunFindings } from "./RunFindings";
import { RunState } from "./RunState";
import type { Chosen } from "./reading";

type Run = Schemas["RunOut"];
const ASKED_EVERY_MS = 1_000;
export const OPEN: readonly Run["state"][] = ["waiting", "running"];

interface Props {
  upload: Schemas["UploadOut"];
  /** How the file is to be read; null while that is not settled. */
  chosen: Chosen | null;
  onChanged: () => void;
}

/** What can be done with a file, and what was done: looked over, imported, with progress and results. */
export function Runs({ upload, chosen, onChanged }: Props) {
  const { t } = useTranslation("data");
  const may = useMay();
  const ask = api.useMutation("post", "/v1/uploads/{upload_id}/runs", { onSuccess: onChanged });
  const busy = upload.runs.some((one) => OPEN.includes(one.state));
  const refused = !may("inbox.write") ? t("writeNeeded") : chosen === null ? t("run.choose") : undefined;
  const begin = (purpose: "check" | "import") => {
    if (chosen === null) return;
    ask.mutate({
      params: { path: { upload_id: upload.id }, header: { "Idempotency-Key": newKey() } },
      body: { purpose, kind: chosen.kind, mapping: chosen.mapping, sheet: chosen.sheet },
    });
  };
  return (
    <Card title={t("run.title")}>
      <Flex vertical gap="middle">
        {upload.is_kept && (
          <Flex gap="small" align="center" wrap>
            <Button disabled={refused !== undefined || busy} title={refused} loading={ask.isPending} onClick={() => { begin("check"); }}>{t("run.check")}</Button>
            <Popconfirm title={t("run.importAsk")} description={t("run.importHint", { account: upload.account })} okText={t("run.import")} disabled={refused !== undefined || busy} onConfirm={() => { begin("import"); }}>
              <Button type="primary" disabled={refused !== undefined || busy} title={refused} loading={ask.isPending}>{t("run.import")}</Button>
            </Popconfirm>
            <Typography.Text type="secondary">{t("run.checkHint")}</Typography.Text>
          </Flex>
        )}
        {ask.error !== null && <Refused error={ask.error} />}
        {upload.runs.length === 0 && <Typography.Text type="secondary">{t("run.none")}</Typography.Text>}
        {upload.runs.map((run, place) => <RunCard key={run.id} run={run} open={place === 0} onChanged={onChanged} />)}
      </Flex>
    </Card>
  );
}

function RunCard({ run: first, open, onChanged }: { run: Run; open: boolean; onChanged: () => void }) {
  const { t } = useTranslation("data");
  const place = { params: { path: { upload_id: first.upload_id, run_id: first.id } } };
  const asked = api.useQuery("get", "/v1/uploads/{upload_id}/runs/{run_id}", place, {
    enabled: OPEN.includes(first.state),
    refetchInterval: (query) => (query.state.data === undefined || OPEN.includes(query.state.data.state) ? ASKED_EVERY_MS : false),
  });
  const ended = asked.data !== undefined && !OPEN.includes(asked.data.state) && OPEN.includes(first.state);
  useEffect(() => {
    if (ended) onChanged();
    // The end is told once, whatever the listener of this render is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ended]);
  const cancel = api.useMutation("post", "/v1/uploads/{upload_id}/runs/{run_id}/cancel", { onSettled: () => { void asked.refetch(); } });
  const run = OPEN.includes(first.state) ? (asked.data ?? first) : first;
  const running = OPEN.includes(run.state);
  return (
    <Card size="small" type="inner" title={<Flex gap="small" align="center" wrap><RunState run={run} /><span>{t(`kinds.${run.kind}`)} · {run.mapping ?? t("reading.canonical")}</span></Flex>} extra={<Typography.Text type="secondary">{instant(run.asked_at)} · <Actor id={run.asked_by} /></Typography.Text>}>
      <Flex vertical gap="small">
        {running && (
          <Flex vertical gap="small" role="status">
            <Flex gap="small" align="center">
              <Progress aria-label={t("run.progress")} percent={percentOf(run)} status="active" />
              <Button size="small" loading={cancel.isPending} onClick={() => { cancel.mutate(place); }}>{t("run.cancel")}</Button>
            </Flex>
            <Typography.Text type="secondary">{run.progress.records === null ? t("run.reading") : t("run.stays")}</Typography.Text>
          </Flex>
        )}
        {cancel.error !== null && <Refused error={cancel.error} />}
        {run.fault !== null && <Fault run={run} />}
        {run.state === "cancelled" && <Alert showIcon type="warning" title={t("run.cancelled")} />}
        {run.state === "done" && run.purpose === "import" && run.is_repeat && <Alert showIcon type="info" title={t("run.repeat")} />}
        {run.state === "done" && run.purpose === "check" && <Alert showIcon type={run.progress.refused === 0 ? "success" : "warning"} title={t(run.progress.refused === 0 ? "run.checkFine" : "run.checkRefused", { count: run.progress.refused })} />}
        {run.fault === null && <Figures run={run} />}
        {open && run.state === "done" && <RunFindings run={run} />}
      </Flex>
    </Card>
  );
}

function Fault({ run }: { run: Run }) {
  const { t, i18n } = useTranslation("data");
  const known = run.fault !== null && i18n.exists(`reasons.${run.fault.code}`, { ns: "data" });
  return <Alert showIcon type="error" title={known ? t(`reasons.${run.fault?.code ?? ""}` as "reasons.channels.unreadable") : t("run.fault")} description={run.fault?.detail} />;
}

/** What became of the records; each figure leads to the records behind it. */
function Figures({ run }: { run: Run }) {
  const { t } = useTranslation("data");
  const at = useAddress();
  const { progress } = run;
  const leading = (state: "applied" | "refused" | "superseded", value: number) => (
    run.delivery_id === null || value === 0 ? <strong>{count(value)}</strong> : <Link to={at(`data/deliveries/${run.delivery_id}?state=${state}`)}>{count(value)}</Link>
  );
  const read = run.purpose === "check" ? "progress.wouldApply" : "progress.applied";
  return (
    <Flex gap="large" wrap align="center" className="data-figures">
      <span>{t("progress.records")} <strong>{count(progress.records_done)}</strong>{progress.records !== null && ` / ${count(progress.records)}`}</span>
      <span>{t("progress.rows")} <strong>{count(progress.rows_done)}</strong></span>
      <span>{t(read)} {leading("applied", progress.applied)}</span>
      <span>{t("progress.refused")} {leading("refused", progress.refused)}</span>
      {run.purpose === "import" && <span>{t("progress.superseded")} {leading("superseded", progress.superseded)}</span>}
      {run.purpose === "import" && <span>{t("progress.known")} <strong>{count(progress.known)}</strong> <Why explanation={t("progress.knownWhy")} /></span>}
    </Flex>
  );
}

function percentOf(run: Run): number {
  const { records, records_done: done } = run.progress;
  return records === null || records === 0 ? 0 : Math.floor((100 * done) / records);
}
