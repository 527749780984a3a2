import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Alert, Button, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { JobProgress } from "./JobProgress";
import { Refused } from "./Refused";
import { countOf } from "./tagWork";

/** Takes back what a job said of everybody; what others said since stays. */
export function UndoTagWork({ brand, jobId }: { brand: string; jobId: string }) {
  const { t } = useTranslation("handling");
  const may = useMay();
  const [ended, setEnded] = useState<Schemas["JobOut"] | null>(null);
  const undo = api.useMutation("post", "/v1/brands/{brand}/customers/tag-work/{job_id}/undo");
  const allowed = may("tags.give");
  if (undo.error !== null) return <Refused error={undo.error} />;
  if (undo.data !== undefined) {
    return (
      <Flex vertical gap="small">
        <JobProgress jobId={undo.data.job_id} title={t("undoing")} onEnd={(job) => { setEnded(job); void queries.invalidateQueries(); }} />
        {ended?.state === "done" && <Alert type="success" showIcon title={t("undone", { count: countOf(ended, "undone_count") })} />}
      </Flex>
    );
  }
  return (
    <Button
      size="small"
      loading={undo.isPending}
      disabled={!allowed}
      title={allowed ? t("undoMeans") : t("undoNotAllowed")}
      onClick={() => { undo.mutate({ params: { path: { brand, job_id: jobId } } }); }}
    >
      {t("undo")}
    </Button>
  );
}
