import { api, newKey } from "@shared/api/client";
import { App, Flex, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";

interface Props {
  customerId: string;
  /** The adjustment to undo, as the history of points names it; null closes the dialog. */
  operationId: string | null;
  onClose: () => void;
  onDone?: () => void;
}

/** Undoes an adjustment by hand by a counter operation; both stay in the history. */
export function ReverseAdjustment({ customerId, operationId, onClose, onDone }: Props) {
  const { t } = useTranslation("handling");
  const { message } = App.useApp();
  const [note, setNote] = useState("");
  const [key, setKey] = useState(newKey);
  const reverse = api.useMutation("post", "/v1/customers/{customer_id}/points/adjustments/{operation_id}/reversal", {
    onSuccess: () => {
      void message.success(t("reversed"));
      leave();
      onDone?.();
    },
  });
  const leave = () => {
    setNote("");
    setKey(newKey());
    reverse.reset();
    onClose();
  };
  const send = () => {
    reverse.mutate({
      params: { path: { customer_id: customerId, operation_id: operationId ?? "" }, header: { "Idempotency-Key": key } },
      body: { note: note.trim() },
    });
  };
  return (
    <Modal
      open={operationId !== null}
      title={t("reverse")}
      okText={t("reverse")}
      okButtonProps={{ loading: reverse.isPending, danger: true, disabled: note.trim() === "" }}
      onOk={send}
      onCancel={leave}
      destroyOnHidden
    >
      <Flex vertical gap="small">
        <Typography.Text>{t("reverseMeans")}</Typography.Text>
        <Input.TextArea aria-label={t("note")} placeholder={t("note")} rows={2} maxLength={200} showCount value={note} onChange={(event) => { setNote(event.target.value); }} />
        {reverse.error !== null && <Refused error={reverse.error} />}
      </Flex>
    </Modal>
  );
}
