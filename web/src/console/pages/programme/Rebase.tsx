import { useBrand } from "@console/brand";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { Alert, Button, Flex, Modal, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Changes } from "./Parts";
import { keep } from "./useDraft";
import type { DraftShown } from "./words";
import { useSay } from "./words";

/** Says that the programme moved on, and shows both sides before the draft takes them over. */
export function Rebase({ draft, isDirty }: { draft: DraftShown; isDirty: boolean }) {
  const { t } = useTranslation("programme");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Alert
        type="warning"
        showIcon
        title={t("hasMovedOn", { base: draft.base_version, newest: draft.newest_version })}
        action={<Button size="small" disabled={isDirty} title={isDirty ? t("saveFirst") : undefined} onClick={() => { setOpen(true); }}>{t("lookAndTakeOver")}</Button>}
      />
      {isOpen && <Sides draft={draft} onClose={() => { setOpen(false); }} />}
    </>
  );
}

function Sides({ draft, onClose }: { draft: DraftShown; onClose: () => void }) {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const say = useSay();
  const path = { brand, draft_id: draft.id };
  const preview = api.useQuery("get", "/v1/brands/{brand}/programme/drafts/{draft_id}/rebase", { params: { path } }, { staleTime: 0 });
  const take = api.useMutation("put", "/v1/brands/{brand}/programme/drafts/{draft_id}/rebase", {
    onSuccess: (saved) => { keep(brand, saved); onClose(); },
  });
  const found = preview.data;
  const fits = found !== undefined && found.problems.length === 0;
  return (
    <Modal
      open
      width="48em"
      title={t("rebaseTitle", { newest: draft.newest_version })}
      okText={t("takeOver")}
      okButtonProps={{ disabled: !fits }}
      confirmLoading={take.isPending}
      onOk={() => { take.mutate({ params: { path, header: { "If-Match": `"${String(draft.revision)}"` } } }); }}
      onCancel={onClose}
    >
      {preview.error !== null && <Refused error={preview.error} onRetry={() => void preview.refetch()} />}
      {preview.isPending && <Skeleton active />}
      {found !== undefined && (
        <Flex vertical gap="middle">
          <section><Typography.Title level={5}>{t("theirs")}</Typography.Title><Changes changes={found.theirs} /></section>
          <section><Typography.Title level={5}>{t("ours")}</Typography.Title><Changes changes={found.ours} /></section>
          {found.conflicts.length > 0 && (
            <Alert type="warning" title={t("conflicts", { count: found.conflicts.length })} description={<Changes changes={found.conflicts} />} />
          )}
          {found.problems.length > 0 && (
            <Alert type="error" title={t("doNotFit")} description={found.problems.map((one) => <div key={one.place.join(".")}>{say(one.where)}{t("colon")}{say(one.words)}</div>)} />
          )}
        </Flex>
      )}
      {take.error !== null && <Refused error={take.error} />}
    </Modal>
  );
}
