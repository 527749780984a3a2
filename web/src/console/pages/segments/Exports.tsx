import { BY_CURSOR } from "@console/parts/DataTable";
import { Refused } from "@console/parts/Refused";
import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Alert, Button, Flex, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ExportTable } from "./ExportTable";

type Purpose = Schemas["ExportIn"]["purpose"];
const PURPOSES: readonly Purpose[] = ["marketing", "profiling", "sharing"];

/** Files of a segment: asked for with a purpose, written by a job, taken as often as allowed. */
export function Exports({ brand, segment, isArchived }: { brand: string; segment: string; isArchived: boolean }) {
  const { t } = useTranslation("segments");
  const [open, setOpen] = useState(false);
  const [purpose, setPurpose] = useState<Purpose>("marketing");
  const [key, setKey] = useState(newKey);
  const listing = api.useInfiniteQuery(
    "get", "/v1/brands/{brand}/exports", { params: { path: { brand }, query: { segment, limit: 20 } } }, BY_CURSOR,
  );
  const ask = api.useMutation("post", "/v1/brands/{brand}/segments/{segment}/exports", {
    onSuccess: () => {
      setOpen(false);
      setKey(newKey());
      void listing.refetch();
    },
  });
  return (
    <Flex vertical gap="middle">
      <div><Button type="primary" disabled={isArchived} onClick={() => { setOpen(true); }}>{t("exportAsk")}</Button></div>
      <ExportTable brand={brand} listing={listing} noExportsHint={t("noExportsHint")} />
      <Modal
        open={open}
        title={t("exportAsk")}
        okText={t("exportBegin")}
        okButtonProps={{ loading: ask.isPending }}
        onOk={() => { ask.mutate({ params: { path: { brand, segment }, header: { "Idempotency-Key": key } }, body: { purpose } }); }}
        onCancel={() => { setOpen(false); ask.reset(); }}
      >
        <Flex vertical gap="middle">
          <Radio.Group value={purpose} onChange={(event) => { setPurpose(event.target.value as Purpose); }} options={PURPOSES.map((value) => ({ value, label: t(`purposes.${value}`) }))} />
          <Alert type="info" showIcon title={t("exportMeans")} />
          {ask.error !== null && <Refused error={ask.error} />}
        </Flex>
      </Modal>
    </Flex>
  );
}
