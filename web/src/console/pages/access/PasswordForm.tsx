import { type Schemas, api } from "@shared/api/client";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "../../parts/Refused";

interface Given {
  present: string;
  wanted: string;
  again: string;
}

interface Props {
  presentLabel: string;
  onChanged: (session: Schemas["SessionOut"]) => void;
}

const LENGTH_MIN = 10;

/** Changes one's password: the present one, and the new one twice. */
export function PasswordForm({ presentLabel, onChanged }: Props) {
  const { t } = useTranslation("access");
  const [form] = Form.useForm<Given>();
  const change = api.useMutation("post", "/v1/account/password", {
    onSuccess: (session) => {
      form.resetFields();
      onChanged(session);
    },
  });
  return (
    <Form<Given>
      form={form}
      layout="vertical"
      requiredMark={false}
      onFinish={({ present, wanted }) => { change.mutate({ body: { present, wanted } }); }}
    >
      <Form.Item name="present" label={presentLabel} rules={[{ required: true, message: t("password.presentMissing") }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="wanted"
        label={t("password.wanted")}
        extra={t("password.wantedHint", { count: LENGTH_MIN })}
        rules={[{ required: true, min: LENGTH_MIN, message: t("password.tooShort", { count: LENGTH_MIN }) }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t("password.again")}
        dependencies={["wanted"]}
        rules={[
          { required: true, message: t("password.againMissing") },
          ({ getFieldValue }) => ({
            validator: (_, value: string | undefined) =>
              value === undefined || value === getFieldValue("wanted")
                ? Promise.resolve()
                : Promise.reject(new Error(t("password.different"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {change.error !== null && <Form.Item><Refused error={change.error} /></Form.Item>}
      <Button type="primary" htmlType="submit" loading={change.isPending}>{t("password.change")}</Button>
    </Form>
  );
}
