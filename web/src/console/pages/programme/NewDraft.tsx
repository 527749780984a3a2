import { useBrand } from "@console/brand";
import { useSaveInDialog } from "@console/keyboard";
import { Refused } from "@console/parts/Refused";
import { api, newKey, queries } from "@shared/api/client";
import { Form, Input, Modal } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { firstProgramme } from "./editing";
import type { DraftShown } from "./words";

interface Props {
  isOpen: boolean;
  /** Without a programme the draft begins with one tier and one rule. */
  hasProgramme: boolean;
  version?: number;
  onClose: () => void;
  onStarted: (draft: DraftShown) => void;
}

/** Asks for a name and starts a draft on top of the newest version. */
export function NewDraft({ isOpen, hasProgramme, version, onClose, onStarted }: Props) {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const [name, setName] = useState("");
  const [key, setKey] = useState(newKey);
  const start = api.useMutation("post", "/v1/brands/{brand}/programme/drafts", {
    onSuccess: (draft) => {
      setKey(newKey());
      void queries.invalidateQueries();
      onStarted(draft);
    },
  });
  const begin = () => {
    if (start.isPending) return;
    start.mutate({
      params: { path: { brand }, header: { "Idempotency-Key": key } },
      body: {
        name: name.trim() || t("draftNamed", { day: dayjs().format("YYYY-MM-DD HH:mm") }),
        ...(version === undefined ? {} : { version }),
        ...(hasProgramme ? {} : { programme: firstProgramme() as unknown as Record<string, unknown> }),
      },
    });
  };
  useSaveInDialog(isOpen ? begin : null, start.isPending);
  return (
    <Modal
      open={isOpen}
      title={t("startDraft")}
      okText={t("start")}
      confirmLoading={start.isPending}
      onOk={begin}
      onCancel={onClose}
      afterOpenChange={(open) => { if (!open) { start.reset(); setName(""); } }}
    >
      <Form layout="vertical" onFinish={begin}>
        <Form.Item label={t("draftName")} htmlFor="draft-name" extra={t("draftNameHint")}>
          <Input id="draft-name" autoFocus maxLength={100} value={name} onChange={(event) => { setName(event.target.value); setKey(newKey()); }} />
        </Form.Item>
      </Form>
      {start.error !== null && <Refused error={start.error} />}
    </Modal>
  );
}
