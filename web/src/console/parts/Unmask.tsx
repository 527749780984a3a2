import { EyeOutlined } from "@ant-design/icons";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Checkbox, Descriptions, Flex, Form, Input, Modal, Select, Tooltip, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "./Refused";

type Wanted = Schemas["UnmaskingIn"];
type Told = Schemas["UnmaskedOut"];
type Field = Wanted["fields"][number];

const FIELDS: readonly Field[] = ["phone", "name", "email", "birthday"];
const REASONS: readonly Wanted["reason"][] = ["contact", "verify", "delivery", "complaint", "legal", "other"];
const SHOWN_SECONDS = 60;

interface Props {
  customerId: string;
  /** Which values are ticked from the start. */
  fields?: readonly Field[];
}

/** A button that shows personal values once, for a reason; disabled with the reason where one may not. */
export function Unmask({ customerId, fields = ["phone"] }: Props) {
  const { t } = useTranslation("handling");
  const may = useMay();
  const [open, setOpen] = useState(false);
  const allowed = may("customers.unmask");
  return (
    <>
      <Tooltip title={allowed ? undefined : t("unmaskNotAllowed")}>
        <Button size="small" icon={<EyeOutlined aria-hidden />} disabled={!allowed} onClick={() => { setOpen(true); }}>{t("unmask")}</Button>
      </Tooltip>
      {open && <Dialog customerId={customerId} fields={fields} onClose={() => { setOpen(false); }} />}
    </>
  );
}

function Dialog({ customerId, fields, onClose }: Required<Props> & { onClose: () => void }) {
  const { t } = useTranslation("handling");
  const [form] = Form.useForm<Wanted>();
  const reason = Form.useWatch("reason", form) as Wanted["reason"] | undefined;
  // What was told lives in this dialog alone: no cache holds it, and it goes when the dialog does.
  const unmask = api.useMutation("post", "/v1/customers/{customer_id}/unmaskings", { gcTime: 0 });
  const send = (wanted: Wanted) => {
    unmask.mutate({ params: { path: { customer_id: customerId } }, body: { ...wanted, note: wanted.note.trim() } });
  };
  if (unmask.data !== undefined) return <Values told={unmask.data} asked={form.getFieldValue("fields") as Field[]} onClose={onClose} />;
  return (
    <Modal open title={t("unmaskTitle")} okText={t("unmaskBegin")} okButtonProps={{ loading: unmask.isPending }} onOk={() => { form.submit(); }} onCancel={onClose}>
      <Form<Wanted> form={form} layout="vertical" requiredMark={false} initialValues={{ fields, note: "" }} onFinish={send}>
        <Form.Item name="fields" label={t("which")} rules={[{ required: true, message: t("whichMissing") }]}>
          <Checkbox.Group options={FIELDS.map((value) => ({ value, label: t(`fields.${value}`) }))} />
        </Form.Item>
        <Form.Item name="reason" label={t("reason")} rules={[{ required: true, message: t("reasonMissing") }]}>
          <Select placeholder={t("choose")} options={REASONS.map((value) => ({ value, label: t(`unmaskReasons.${value}`) }))} />
        </Form.Item>
        <Form.Item name="note" label={t("note")} extra={t("noteClean")} rules={reason === "other" ? [{ required: true, whitespace: true, message: t("noteMissing") }] : []}>
          <Input maxLength={200} showCount />
        </Form.Item>
        <Flex vertical gap="small">
          <Alert type="warning" showIcon title={t("unmaskMeans")} />
          {unmask.error !== null && <Refused error={unmask.error} />}
        </Flex>
      </Form>
    </Modal>
  );
}

function Values({ told, asked, onClose }: { told: Told; asked: readonly Field[]; onClose: () => void }) {
  const { t } = useTranslation("handling");
  const [left, setLeft] = useState(SHOWN_SECONDS);
  useEffect(() => {
    const timer = window.setInterval(() => { setLeft((seconds) => seconds - 1); }, 1_000);
    return () => { window.clearInterval(timer); };
  }, []);
  useEffect(() => {
    if (left <= 0) onClose();
  }, [left, onClose]);
  const values: Readonly<Record<Field, string>> = {
    phone: told.phones.join("  "),
    name: told.name ?? "",
    email: told.emails.join("  "),
    birthday: told.birthday_on === null ? "" : day(told.birthday_on),
  };
  return (
    <Modal open title={t("unmaskTitle")} footer={<Button type="primary" onClick={onClose}>{t("hide", { seconds: left })}</Button>} onCancel={onClose}>
      <Flex vertical gap="middle">
        <Descriptions
          column={1}
          size="small"
          bordered
          items={FIELDS.filter((one) => asked.includes(one)).map((one) => ({
            key: one,
            label: t(`fields.${one}`),
            children: values[one] === "" ? <Typography.Text type="secondary">{t("notKnown")}</Typography.Text> : <Typography.Text copyable>{values[one]}</Typography.Text>,
          }))}
        />
        <Typography.Text type="secondary">{t("leftToday", { count: told.left_today })}</Typography.Text>
      </Flex>
    </Modal>
  );
}
