import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

/** The two fields that everything of the organisation has: a code that stays, a name that may change. */
export function CodeName({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation("organisation");
  return (
    <>
      <Form.Item name="code" label={t("code")} extra={isNew ? t("codeHint") : undefined} rules={[{ required: true, whitespace: true, message: t("codeMissing") }]}>
        <Input disabled={!isNew} maxLength={100} />
      </Form.Item>
      <Form.Item name="name" label={t("name")} rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}>
        <Input maxLength={200} />
      </Form.Item>
    </>
  );
}
