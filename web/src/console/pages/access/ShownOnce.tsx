import { CopyOutlined } from "@ant-design/icons";
import { Alert, App, Button, Flex, Modal, Typography } from "antd";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  hint: string;
  secret: string;
  more?: ReactNode;
  onClose: () => void;
}

/** Something that is shown this once: a password for one use, or the token of a key. */
export function ShownOnce({ title, hint, secret, more, onClose }: Props) {
  const { t } = useTranslation("access");
  const { message } = App.useApp();
  const shown = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      void message.success(t("once.copied"));
    } catch {
      // Plain http on the network of a shop has no clipboard: mark it, so that Ctrl-C takes it.
      if (shown.current !== null) window.getSelection()?.selectAllChildren(shown.current);
      void message.info(t("once.marked"));
    }
  };
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={<Button type="primary" onClick={onClose}>{t("once.kept")}</Button>}
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={hint} />
        <Flex gap="small" align="center" justify="space-between">
          <Typography.Text code strong ref={shown} className="secret">{secret}</Typography.Text>
          <Button icon={<CopyOutlined />} onClick={() => void copy()}>{t("once.copy")}</Button>
        </Flex>
        {more}
      </Flex>
    </Modal>
  );
}
