import { useAddress, useBrand } from "@console/brand";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";
import { Alert, Button, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Policy } from "./policyForm";

type Preview = Schemas["PolicyPreviewOut"];

/** What an edited policy would do to everybody there is; a job that changes nobody. */
export function PolicyPreview({ candidate, disabled }: { candidate: Policy; disabled: boolean }) {
  const { t } = useTranslation("identity");
  const { code: brand } = useBrand();
  const said = JSON.stringify(candidate);
  const [asked, setAsked] = useState<{ jobId: string; said: string } | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const ask = api.useMutation("post", "/v1/brands/{brand}/identity/previews", {
    onSuccess: (job, { body }) => { setDone(null); setAsked({ jobId: job.job_id, said: JSON.stringify(body) }); },
  });
  const preview = api.useQuery("get", "/v1/identity/previews/{job_id}", { params: { path: { job_id: done ?? "" } } }, { enabled: done !== null });
  return (
    <Flex vertical gap="middle" align="start">
      <Button disabled={disabled} loading={ask.isPending} onClick={() => { ask.mutate({ params: { path: { brand }, header: { "Idempotency-Key": newKey() } }, body: candidate }); }}>{t("policyPage.preview")}</Button>
      {ask.error !== null && <Refused error={ask.error} />}
      {asked !== null && done === null && (
        <div className="search">
          <JobProgress jobId={asked.jobId} title={t("policyPage.previewing")} onEnd={(job) => { if (job.state === "done") setDone(asked.jobId); }} />
        </div>
      )}
      {preview.error !== null && <Refused error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.data !== undefined && asked !== null && asked.said !== said && <Alert type="warning" showIcon title={t("policyPage.previewAgain")} />}
      {preview.data !== undefined && <Told preview={preview.data} />}
    </Flex>
  );
}

function Told({ preview }: { preview: Preview }) {
  const { t } = useTranslation("identity");
  const at = useAddress();
  const nothing = preview.persons_that_merge === 0 && preview.persons_that_split === 0;
  const cases = [
    ...preview.largest_merges.map((one) => ({ ...one, name: t("policyPage.largestMerge") })),
    ...preview.largest_splits.map((one) => ({ ...one, name: t("policyPage.largestSplit") })),
  ];
  return (
    <Alert
      type={nothing ? "info" : "warning"}
      showIcon
      title={t("policyPage.previewTitle")}
      description={(
        <Flex vertical gap="small">
          {nothing && <span>{t("policyPage.previewNothing")}</span>}
          {preview.persons_that_merge > 0 && <span>{t("policyPage.previewMerge", { persons: count(preview.persons_that_merge), into: count(preview.merged_into) })}</span>}
          {preview.persons_that_split > 0 && <span>{t("policyPage.previewSplit", { persons: count(preview.persons_that_split), into: count(preview.split_into) })}</span>}
          <span>{t("policyPage.previewPersons", { now: count(preview.persons_now), then: count(preview.persons_then) })}</span>
          <span>{t("policyPage.previewShared", { now: count(preview.shared_now), then: count(preview.shared_then) })}</span>
          <span>{t("policyPage.previewHeld", { now: count(preview.held_now), then: count(preview.held_then) })}</span>
          {cases.length > 0 && (
            <>
              <Typography.Text strong>{t("policyPage.largest")}</Typography.Text>
              {cases.map((one) => (
                <Flex key={`${one.name} ${one.person_ids.join(" ")}`} gap="small" wrap>
                  <Tag>{one.name}</Tag>
                  {one.person_ids.map((id) => <Link key={id} to={at(`identity/persons/${id}`)}>{id}</Link>)}
                </Flex>
              ))}
            </>
          )}
        </Flex>
      )}
    />
  );
}
