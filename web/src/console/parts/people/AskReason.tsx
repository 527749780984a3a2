import { Refused } from "@console/parts/Refused";
import { Flex, Form, Input, Modal } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

const REASON_LENGTH_MAX = 500;

interface Props {
  title: string;
  /** What the button says: the decision itself. */
  confirm: string;
  danger?: boolean;
  /** What it does, shown before the reason. */
  children?: ReactNode;
  busy: boolean;
  error: unknown;
  /** Why it cannot be confirmed yet; the button is disabled while it is there. */
  hindered?: string;
  width?: number;
  onConfirm: (reason: string) => void;
  onClose: () => void;
}

/** A decision with its consequence, asked for the reason that the journals keep. */
export function AskReason({ title, confirm, danger, children, busy, error, hindered, width, onConfirm, onClose }: Props) {
  const { t } = useTranslation("people");
  const [form] = Form.useForm<{ reason: string }>();
  return (
    <Modal
      open
      title={title}
      width={width}
      okText={confirm}
      okButtonProps={{ danger, disabled: hindered !== undefined, title: hindered }}
      confirmLoading={busy}
      onOk={() => { form.submit(); }}
      onCancel={onClose}
    >
      <Flex vertical gap="middle">
        {children}
        {error !== null && <Refused error={error} />}
        <Form form={form} layout="vertical" onFinish={({ reason }) => { onConfirm(reason.trim()); }}>
          <Form.Item name="reason" label={t("reason")} rules={[{ required: true, whitespace: true, message: t("reasonMissing") }]}>
            <Input.TextArea autoFocus rows={2} maxLength={REASON_LENGTH_MAX} showCount placeholder={t("reasonHint")} />
          </Form.Item>
        </Form>
      </Flex>
    </Modal>
  );
}
