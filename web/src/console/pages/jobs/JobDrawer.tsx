import { UndoTagWork } from "@console/parts/UndoTagWork";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { undoneIn } from "@console/parts/tagWork";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Alert, Descriptions, Drawer, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Actions } from "./Actions";
import { Standing } from "./Standing";
import { type Fact, type Job, isOpen, took, useJobWords } from "./words";
import "./jobs.css";

const ASKED_EVERY_MS = 1_500;

/** One job: how it stands, what it is about, what came of it, and what to do when it failed. */
export function JobDrawer({ jobId, onClose }: { jobId: string | null; onClose: () => void }) {
  const { t } = useTranslation("jobs");
  const words = useJobWords();
  const job = api.useQuery("get", "/v1/jobs/{job_id}", { params: { path: { job_id: jobId ?? "" } } }, {
    enabled: jobId !== null,
    refetchInterval: (query) => (query.state.data !== undefined && isOpen(query.state.data) ? ASKED_EVERY_MS : false),
  });
  return (
    <Drawer open={jobId !== null} onClose={onClose} title={job.data === undefined ? t("job") : words.kind(job.data.kind)} size="large" destroyOnHidden>
      {job.error !== null && <Refused error={job.error} onRetry={() => void job.refetch()} />}
      {job.data === undefined ? job.error === null && <Skeleton active /> : (
        <Told job={job.data} at={job.dataUpdatedAt} onDone={() => void job.refetch()} />
      )}
    </Drawer>
  );
}

function Told({ job, at, onDone }: { job: Job; at: number; onDone: () => void }) {
  const { t } = useTranslation("jobs");
  const words = useJobWords();
  const about = words.facts(job.arguments);
  const result = words.facts(job.result ?? {});
  const undone = undoneIn(job);
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" align="start" gap="small">
        <Standing job={job} />
        <Actions job={job} onDone={onDone} />
      </Flex>
      {job.error !== null && (
        <Alert
          type={job.state === "failed" ? "error" : "warning"}
          showIcon
          title={job.state === "failed" ? t("failed") : t("lastAttempt")}
          description={<Flex vertical><span>{job.error}</span><span>{t(job.state === "failed" ? "failedHint" : "againAt", { at: instant(job.run_at) })}</span></Flex>}
        />
      )}
      {undone !== null && (
        <Alert type={job.state === "done" ? "info" : "warning"} showIcon title={t(job.state === "done" ? "handling:undoMeans" : "handling:partChanged")} description={<UndoTagWork brand={undone} jobId={job.id} />} />
      )}
      <Descriptions
        column={1}
        size="small"
        bordered
        items={[
          { key: "by", label: t("askedBy"), children: <Actor id={job.asked_by} nobody={t("itself")} /> },
          { key: "at", label: t("askedAt"), children: instant(job.recorded_at) },
          { key: "beat", label: t("beat"), children: instant(job.beat_at) },
          { key: "end", label: t("endedAt"), children: instant(job.finished_at) },
          { key: "took", label: t("took"), children: took(job, at) },
          { key: "steps", label: t("progress"), children: job.all_steps === null ? t("stepsDone", { steps: job.done_steps }) : t("common:steps", { done: job.done_steps, all: job.all_steps }) },
          { key: "id", label: t("number"), children: <Typography.Text copyable>{job.id}</Typography.Text> },
        ]}
      />
      {about.length > 0 && <Facts title={t("about")} facts={about} />}
      {job.state === "done" && (result.length > 0 ? <Facts title={t("result")} facts={result} /> : <Typography.Text type="secondary">{t("noResult")}</Typography.Text>)}
    </Flex>
  );
}

function Facts({ title, facts }: { title: string; facts: readonly Fact[] }) {
  return (
    <Descriptions
      title={title}
      column={1}
      size="small"
      bordered
      items={facts.map((one) => ({ key: one.name, label: one.name, children: <span className="job-fact">{one.value}</span> }))}
    />
  );
}
