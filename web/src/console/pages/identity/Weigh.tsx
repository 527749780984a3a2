import { useBrand } from "@console/brand";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button, Flex, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Has everybody weighed anew under the rules in effect. */
export function Weigh() {
  const { t } = useTranslation("identity");
  const { code: brand } = useBrand();
  const may = useMay()("identity.write");
  const [isOpen, setOpen] = useState(false);
  const [jobId, setJobId] = useState<string | null>(null);
  const ask = api.useMutation("post", "/v1/brands/{brand}/identity/weighing", { onSuccess: (job) => { setJobId(job.job_id); } });
  return (
    <>
      <Button disabled={!may} title={may ? undefined : t("writeNeeded")} onClick={() => { setOpen(true); setJobId(null); }}>{t("overview.weigh")}</Button>
      <Modal
        open={isOpen}
        title={t("overview.weighTitle")}
        okText={t("overview.weighStart")}
        okButtonProps={{ danger: true, disabled: jobId !== null }}
        confirmLoading={ask.isPending}
        onOk={() => { ask.mutate({ params: { path: { brand }, header: { "Idempotency-Key": newKey() } } }); }}
        onCancel={() => { setOpen(false); }}
      >
        <Flex vertical gap="middle">
          <Typography.Text>{t("overview.weighHint")}</Typography.Text>
          {ask.error !== null && <Refused error={ask.error} />}
          {jobId !== null && <JobProgress jobId={jobId} title={t("overview.weighing")} onEnd={() => void queries.invalidateQueries()} />}
        </Flex>
      </Modal>
    </>
  );
}
