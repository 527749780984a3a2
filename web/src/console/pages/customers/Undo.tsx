import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import { Button } from "antd";
import { useTranslation } from "react-i18next";

/** Takes back what a job said of everybody; what others said since stays. */
export function Undo({ brand, jobId }: { brand: string; jobId: string }) {
  const { t } = useTranslation("customers");
  const undo = api.useMutation("post", "/v1/brands/{brand}/customers/tag-work/{job_id}/undo");
  if (undo.error !== null) return <Refused error={undo.error} />;
  if (undo.data !== undefined) {
    return <JobProgress jobId={undo.data.job_id} title={t("undoing")} onEnd={() => void queries.invalidateQueries()} />;
  }
  return (
    <Button loading={undo.isPending} onClick={() => { undo.mutate({ params: { path: { brand, job_id: jobId } } }); }}>
      {t("undo")}
    </Button>
  );
}
