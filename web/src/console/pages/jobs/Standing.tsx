import { count } from "@shared/format";
import { Badge, Flex, Progress, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Job, State } from "./words";

const STATUSES: Readonly<Record<State, "default" | "processing" | "success" | "error" | "warning">> = {
  waiting: "default",
  running: "processing",
  done: "success",
  failed: "error",
  cancelled: "warning",
};

/** Whether something waits, runs or is over, and how it went. */
export function StateBadge({ state }: { state: State }) {
  const { t } = useTranslation("jobs");
  return <Badge status={STATUSES[state]} text={t(`common:jobStates.${state}`)} />;
}

/** How a job stands, and how far it is while it runs. */
export function Standing({ job }: { job: Job }) {
  const { t } = useTranslation("jobs");
  const percent = job.all_steps ? Math.floor((100 * job.done_steps) / job.all_steps) : null;
  const leaving = job.cancel_asked && job.state === "running";
  return (
    <Flex vertical gap="small">
      <div>
        {leaving ? <Badge status={STATUSES[job.state]} text={t("cancelling")} /> : <StateBadge state={job.state} />}{" "}
        {job.attempts > 1 && <Typography.Text type="secondary">{t("attempt", { attempt: job.attempts, most: job.attempts_max })}</Typography.Text>}
      </div>
      {job.state === "running" && percent !== null && <Progress percent={percent} size="small" aria-label={t("progress")} />}
      {job.state === "running" && percent === null && job.done_steps > 0 && <Typography.Text type="secondary">{t("stepsDone", { steps: count(job.done_steps) })}</Typography.Text>}
    </Flex>
  );
}
