import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Alert, Button, Flex, Progress, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";

type Job = Schemas["JobOut"];

const ASKED_EVERY_MS = 1_000;
const RUNNING: readonly Job["state"][] = ["waiting", "running"];

interface Props {
  jobId: string;
  /** What the job does, in words. */
  title: string;
  /** Told once when the job has ended, however it did. */
  onEnd?: (job: Job) => void;
  /** Cancels it as part of what it belongs to, for whoever may change that but no jobs. */
  onCancel?: () => Promise<unknown>;
}

/** How far a job is; it goes on when the page is left, and can be cancelled. */
export function JobProgress({ jobId, title, onEnd, onCancel }: Props) {
  const { t } = useTranslation("common");
  const may = useMay();
  const place = { params: { path: { job_id: jobId } } };
  const job = api.useQuery("get", "/v1/jobs/{job_id}", place, {
    refetchInterval: (query) => (query.state.data === undefined || RUNNING.includes(query.state.data.state) ? ASKED_EVERY_MS : false),
  });
  const cancel = api.useMutation("post", "/v1/jobs/{job_id}/cancel", { onSettled: () => void job.refetch() });
  const ended = job.data !== undefined && !RUNNING.includes(job.data.state) ? job.data : undefined;
  useEffect(() => {
    if (ended !== undefined) onEnd?.(ended);
    // The end is told once for each job, whatever the listener of this render is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ended?.id, ended?.state]);
  if (job.error !== null) return <Refused error={job.error} onRetry={() => void job.refetch()} />;
  if (job.data === undefined) return <Progress percent={0} aria-label={title} />;
  if (job.data.state === "failed") return <Alert type="error" showIcon title={title} description={job.data.error} />;
  const open = RUNNING.includes(job.data.state);
  return (
    <Flex vertical gap="small" role="status">
      <Flex justify="space-between" align="center" gap="small">
        <Typography.Text>{title}</Typography.Text>
        {open && (onCancel !== undefined || job.data.is_own || may("jobs.write")) && (
          <Button size="small" loading={cancel.isPending || job.data.cancel_asked} onClick={() => { if (onCancel === undefined) cancel.mutate(place); else void onCancel().then(() => job.refetch()); }}>
            {t("cancel")}
          </Button>
        )}
      </Flex>
      <Progress aria-label={title} percent={percentOf(job.data)} status={statusOf(job.data)} />
      <Typography.Text type="secondary">
        {t(`jobStates.${job.data.state}`)}
        {job.data.all_steps !== null && ` · ${t("steps", { done: job.data.done_steps, all: job.data.all_steps })}`}
      </Typography.Text>
    </Flex>
  );
}

function percentOf(job: Job): number {
  if (job.state === "done") return 100;
  return job.all_steps ? Math.floor((100 * job.done_steps) / job.all_steps) : 0;
}

function statusOf(job: Job): "success" | "active" | "normal" {
  if (job.state === "done") return "success";
  return RUNNING.includes(job.state) ? "active" : "normal";
}
