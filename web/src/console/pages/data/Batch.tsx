import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button, Flex, Modal, Select, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDetail, useReason } from "./words";

type Told = Schemas["RetriedOut"];

/** What is done with some refused records at once; the result of each is said one by one. */
export function Batch({ picked, onDone }: { picked: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation("data");
  const may = useMay();
  const [told, setTold] = useState<readonly Told[]>([]);
  const [mapping, setMapping] = useState<string | null>(null);
  const listed = api.useQuery("get", "/v1/inbox/mappings", {});
  const heard = { onSuccess: (answer: Schemas["RetriesOut"]) => { setTold(answer.items); } };
  const retry = api.useMutation("post", "/v1/inbox/refused/retry", heard);
  const remap = api.useMutation("post", "/v1/inbox/refused/remap", heard);
  const refused = may("inbox.write") ? undefined : t("writeNeeded");
  const error = retry.error ?? remap.error;
  return (
    <>
      {picked.length > 0 && (
        <Flex gap="small" align="center" wrap role="toolbar" aria-label={t("batch.title")}>
          <Typography.Text strong>{t("batch.picked", { count: picked.length })}</Typography.Text>
          <Button disabled={refused !== undefined} title={refused} loading={retry.isPending} onClick={() => { retry.mutate({ body: { record_ids: [...picked] } }); }}>{t("batch.retry")}</Button>
          <Select className="data-account" showSearch allowClear aria-label={t("batch.mapping")} placeholder={t("batch.mapping")} value={mapping} options={listed.data?.items.map((one) => ({ value: one.name, label: one.name })) ?? []} onChange={(name: string | undefined) => { setMapping(name ?? null); }} />
          <Button disabled={refused !== undefined || mapping === null} title={refused} loading={remap.isPending} onClick={() => { if (mapping !== null) remap.mutate({ body: { record_ids: [...picked], mapping } }); }}>{t("batch.remap")}</Button>
        </Flex>
      )}
      {error !== null && <Refused error={error} />}
      <Modal open={told.length > 0} title={t("batch.results")} footer={null} onCancel={() => { setTold([]); onDone(); }}>
        <Results told={told} />
      </Modal>
    </>
  );
}

/** What became of each record, in the order asked. */
export function Results({ told }: { told: readonly Told[] }) {
  const { t } = useTranslation("data");
  const reason = useReason();
  const detail = useDetail();
  return (
    <Flex vertical gap="small" role="status">
      {told.map((one) => (
        <Flex vertical key={one.record_id}>
          <span><Tag color={one.state === "refused" ? "error" : "success"}>{t(`states.${one.state}`)}</Tag> <code>{one.record_id}</code></span>
          {one.code != null && <Typography.Text type="secondary">{reason(one.code, one.reason ?? null)} · {detail(one.reason ?? null)}</Typography.Text>}
        </Flex>
      ))}
    </Flex>
  );
}
