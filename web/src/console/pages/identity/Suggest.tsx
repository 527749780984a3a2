import { useBrand } from "@console/brand";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { percent } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Flex, Form, Modal, Slider, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const LIKELIHOOD = 0.9;

/** Has pairs who describe themselves alike put into the queue. */
export function Suggest() {
  const { t } = useTranslation("identity");
  const { code: brand } = useBrand();
  const may = useMay()("identity.write");
  const [isOpen, setOpen] = useState(false);
  const [likelihood, setLikelihood] = useState(LIKELIHOOD);
  const [jobId, setJobId] = useState<string | null>(null);
  const [done, setDone] = useState<Schemas["JobOut"] | null>(null);
  const ask = api.useMutation("post", "/v1/brands/{brand}/identity/suggestions", {
    onSuccess: (job) => { setDone(null); setJobId(job.job_id); },
  });
  const begin = () => {
    ask.mutate({ params: { path: { brand }, header: { "Idempotency-Key": newKey() } }, body: { likelihood_min: likelihood } });
  };
  const found = done?.state === "done" ? done.result : null;
  return (
    <>
      <Button disabled={!may} title={may ? undefined : t("writeNeeded")} onClick={() => { setOpen(true); }}>{t("overview.suggest")}</Button>
      <Modal open={isOpen} title={t("overview.suggestTitle")} okText={t("overview.suggestStart")} confirmLoading={ask.isPending} okButtonProps={{ disabled: jobId !== null && done === null }} onOk={begin} onCancel={() => { setOpen(false); }}>
        <Flex vertical gap="middle">
          <Typography.Text>{t("overview.suggestHint")}</Typography.Text>
          <Form.Item label={t("overview.likelihood")}>
            <Slider
              ariaLabelForHandle={t("overview.likelihood")}
              min={0.5}
              max={1}
              step={0.05}
              value={likelihood}
              tooltip={{ formatter: (value) => percent(value) }}
              marks={{ 0.5: percent(0.5), 0.9: percent(0.9), 1: percent(1) }}
              onChange={setLikelihood}
            />
          </Form.Item>
          {ask.error !== null && <Refused error={ask.error} />}
          {jobId !== null && <JobProgress jobId={jobId} title={t("overview.suggesting")} onEnd={(job) => { setDone(job); void queries.invalidateQueries(); }} />}
          {found !== null && found !== undefined && (
            <Alert type="success" showIcon title={t("overview.suggestDone", { people: found["people_count"], opened: found["opened_count"], known: found["known_count"] })} />
          )}
        </Flex>
      </Modal>
    </>
  );
}
