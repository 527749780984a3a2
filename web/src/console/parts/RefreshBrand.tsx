import { SyncOutlined } from "@ant-design/icons";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** Has everything computed anew now instead of with the next hour, and shows how far that is. */
export function RefreshBrand({ brand }: { brand: string }) {
  const { t } = useTranslation("refresh");
  const may = useMay();
  const [jobId, setJobId] = useState<string | null>(null);
  const ask = api.useMutation("post", "/v1/brands/{brand}/refreshes", { onSuccess: (job) => { setJobId(job.job_id); } });
  const allowed = may("segments.write");
  const begin = () => {
    ask.mutate({ params: { path: { brand }, header: { "Idempotency-Key": newKey() } }, body: { full: false } });
  };
  const shown = (
    <div style={{ inlineSize: "22em", maxInlineSize: "100%" }}>
      {ask.error !== null && <Refused error={ask.error} />}
      {jobId !== null && <JobProgress jobId={jobId} title={t("refreshing")} onEnd={() => void queries.invalidateQueries()} />}
    </div>
  );
  return (
    <Popover open={jobId !== null || ask.error !== null} content={shown} trigger={[]} onOpenChange={(open) => { if (!open) { setJobId(null); ask.reset(); } }}>
      <Button icon={<SyncOutlined aria-hidden />} loading={ask.isPending} disabled={!allowed} title={allowed ? t("hint") : t("writeNeeded")} onClick={jobId === null && ask.error === null ? begin : () => { setJobId(null); ask.reset(); }}>
        {jobId === null ? t("refresh") : t("hide")}
      </Button>
    </Popover>
  );
}
