import { Button, Form, Input, NoticeBar } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RefusedBlock } from "./parts";

interface Given {
  phone: string;
  code: string;
}

interface Props {
  title: string;
  hint: string;
  /** Sends a code; the demo answers it, as it sends no messages. */
  ask: (phone: string) => Promise<string | null>;
  enter: (given: Given) => Promise<unknown>;
}

/** Signs somebody in by a code that is sent to their phone. */
export function PhoneSignIn({ title, hint, ask, enter }: Props) {
  const { t } = useTranslation("phone");
  const [form] = Form.useForm<Given>();
  const [said, setSaid] = useState<string | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const [under, setUnder] = useState<"ask" | "enter" | null>(null);
  const run = async (what: "ask" | "enter", work: () => Promise<void>) => {
    setUnder(what);
    setRefused(null);
    try {
      await work();
    } catch (error) {
      setRefused(error);
    } finally {
      setUnder(null);
    }
  };
  const send = async () => {
    const { phone } = await form.validateFields(["phone"]) as Given;
    await run("ask", async () => {
      const code = await ask(phone.trim());
      setSaid(code === null ? t("sent") : t("demoCode", { code }));
    });
  };
  return (
    <main>
      <h1>{title}</h1>
      <p className="weak">{hint}</p>
      <Form
        form={form}
        layout="vertical"
        onFinish={(given: Given) => void run("enter", async () => { await enter({ phone: given.phone.trim(), code: given.code.trim() }); })}
        footer={<Button block type="submit" color="primary" loading={under === "enter"}>{t("enter")}</Button>}
      >
        <Form.Item
          name="phone"
          label={t("phone")}
          rules={[{ required: true, message: t("phoneHint") }]}
          extra={<Button size="small" loading={under === "ask"} onClick={() => void send()}>{said === null ? t("send") : t("sendAgain")}</Button>}
        >
          <Input type="tel" autoComplete="tel" placeholder={t("phoneHint")} />
        </Form.Item>
        <Form.Item name="code" label={t("code")} rules={[{ required: true, message: t("codeHint") }]}>
          <Input inputMode="numeric" autoComplete="one-time-code" placeholder={t("codeHint")} />
        </Form.Item>
      </Form>
      {said !== null && <NoticeBar color="info" content={said} wrap />}
      {refused !== null && <RefusedBlock error={refused} />}
    </main>
  );
}
