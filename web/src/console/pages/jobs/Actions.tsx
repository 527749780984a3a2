import { api } from "@shared/api/client";
import { useRefusalText } from "@shared/refusalText";
import { Refusal } from "@shared/api/refusal";
import { useMay } from "@shared/session";
import { App, Button, Flex, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { type Job, isAgain, isOpen } from "./words";

/** What can be done with a job as it stands: cancel it, or let it go on. */
export function Actions({ job, onDone }: { job: Job; onDone: () => void }) {
  const { t } = useTranslation("jobs");
  const { message } = App.useApp();
  const say = useRefusalText();
  const may = useMay();
  const refused = (error: unknown) => { void message.error(say(error instanceof Refusal ? error : new Refusal(500, {}))); };
  const place = { params: { path: { job_id: job.id } } };
  const cancel = api.useMutation("post", "/v1/jobs/{job_id}/cancel", { onSettled: onDone, onError: refused });
  const retry = api.useMutation("post", "/v1/jobs/{job_id}/retry", { onSettled: onDone, onError: refused });
  const mayRetry = may("jobs.write");
  const mayCancel = mayRetry || job.is_own;
  const why = (allowed: boolean) => (allowed ? undefined : t("notAllowed"));
  return (
    <Flex gap="small">
      {isOpen(job) && (
        <Popconfirm title={t("cancelTitle")} description={t("cancelMeans")} okText={t("cancelJob")} cancelText={t("keep")} onConfirm={() => { cancel.mutate(place); }}>
          <Button size="small" disabled={!mayCancel || job.cancel_asked} title={why(mayCancel)} loading={cancel.isPending}>{t("cancelJob")}</Button>
        </Popconfirm>
      )}
      {isAgain(job) && (
        <Popconfirm title={t("retryTitle")} description={t("retryMeans")} okText={t("retryJob")} cancelText={t("leave")} onConfirm={() => { retry.mutate(place); }}>
          <Button size="small" disabled={!mayRetry} title={why(mayRetry)} loading={retry.isPending}>{t("retryJob")}</Button>
        </Popconfirm>
      )}
    </Flex>
  );
}
