import { Refused } from "@console/parts/Refused";
import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { type Filter, matching } from "./matching";

export type { Filter };

interface Props {
  filter: Filter;
  counts: readonly Schemas["RefusedCountOut"][];
  onJob: (job: string) => void;
}

/** Tries everything once more that the list is filtered to, however long it is; says how many that are. */
export function RetryMatching({ filter, counts, onJob }: Props) {
  const { t } = useTranslation("data");
  const may = useMay();
  const retry = api.useMutation("post", "/v1/inbox/refused/retry-all", { onSuccess: (asked) => { onJob(asked.job_id); } });
  const many = matching(counts, filter);
  const refused = may("inbox.write") ? undefined : t("writeNeeded");
  if (many === 0) return null;
  const ask = () => { retry.mutate({ params: { header: { "Idempotency-Key": newKey() } }, body: filter }); };
  return (
    <>
      <Popconfirm title={t("quarantine.retryMatchingAsk", { count: many, shown: count(many) })} description={t("quarantine.retryAllHint")} okText={t("quarantine.retryAll")} onConfirm={ask}>
        <Button size="small" disabled={refused !== undefined} title={refused} loading={retry.isPending}>{t("quarantine.retryMatching", { count: many, shown: count(many) })}</Button>
      </Popconfirm>
      {retry.error !== null && <Refused error={retry.error} />}
    </>
  );
}
