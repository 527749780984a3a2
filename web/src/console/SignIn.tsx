import { MoonOutlined, SunOutlined, TranslationOutlined } from "@ant-design/icons";
import { type Schemas, api, keepCsrfToken, queries } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { LANGUAGE_NAMES, type Language, chooseLanguage } from "@shared/i18n";
import { chooseLook, useLook } from "@shared/look";
import { Button, Card, Flex, Form, Input, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { PasswordForm } from "./pages/access/PasswordForm";
import { Refused } from "./parts/Refused";
import { placeOf } from "./place";

interface Given {
  name: string;
  password: string;
  code?: string;
}

const CODE = new Set(["platform.code_needed", "platform.code_wrong"]);
export const SESSION = ["get", "/v1/session", {}] as const;
const CODE_NEEDED = "platform.code_needed";

/** The page of whoever is not signed in yet, or signed in with a password that somebody else has seen. */
export function SignIn() {
  const { t } = useTranslation("access");
  // Looked up, not asked for: asking again what was just refused would never end.
  const session = queries.getQueryData<Schemas["SessionOut"]>(SESSION);
  const navigate = useNavigate();
  const product = t("product");
  useEffect(() => {
    document.title = `${t("signIn.title")} · ${product}`;
  }, [t, product]);
  const enter = (opened: Schemas["SessionOut"]) => {
    keepCsrfToken(opened.csrf_token);
    const wanted = placeOf(new URLSearchParams(window.location.search).get("to"), window.location.origin);
    if (wanted !== null) void navigate(wanted, { replace: true });
    if (opened.user.language) void chooseLanguage(opened.user.language);
    queries.setQueryData(SESSION, opened);
  };
  const mustChange = session?.must_change_password === true;
  return (
    <Flex component="main" vertical align="center" justify="center" gap="middle" className="sign-in">
      <Card className="narrow">
        <Typography.Title level={1}>{t(mustChange ? "mustChange.title" : "signIn.title")}</Typography.Title>
        {mustChange ? <MustChange onDone={enter} /> : <Door onEntered={enter} />}
      </Card>
      <Looks />
    </Flex>
  );
}

/** Asks for name, password and code; `name` is who was signed in until now. */
export function Door({ name: known, onEntered }: { name?: string; onEntered: (session: Schemas["SessionOut"]) => void }) {
  const { t } = useTranslation("access");
  const [withCode, setWithCode] = useState(false);
  const enter = api.useMutation("post", "/v1/session", {
    onSuccess: onEntered,
    onError: (error) => {
      setWithCode((before) => before || (error instanceof Refusal && CODE.has(error.code)));
    },
  });
  const error: unknown = enter.error;
  const asksForCode = error instanceof Refusal && error.code === CODE_NEEDED;
  return (
    <Form<Given>
      name="door"
      layout="vertical"
      initialValues={known === undefined ? {} : { name: known }}
      requiredMark={false}
      onFinish={({ name, password, code }) => {
        enter.mutate({ body: { name, password, code: withCode && code ? code : null } });
      }}
    >
      <Form.Item name="name" label={t("signIn.name")} rules={[{ required: true, message: t("signIn.nameMissing") }]}>
        <Input autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus={known === undefined} />
      </Form.Item>
      <Form.Item name="password" label={t("signIn.password")} rules={[{ required: true, message: t("signIn.passwordMissing") }]}>
        <Input.Password autoComplete="current-password" autoFocus={known !== undefined} />
      </Form.Item>
      {withCode && (
        <Form.Item
          name="code"
          label={t("signIn.code")}
          extra={t("signIn.codeHint")}
          rules={[{ required: true, message: t("signIn.codeMissing") }]}
        >
          <Input autoComplete="one-time-code" inputMode="text" autoFocus />
        </Form.Item>
      )}
      {error !== null && !asksForCode && (
        <Form.Item>
          <Refused error={error} />
        </Form.Item>
      )}
      <Button block type="primary" htmlType="submit" loading={enter.isPending}>{t("signIn.enter")}</Button>
    </Form>
  );
}

function MustChange({ onDone }: { onDone: (session: Schemas["SessionOut"]) => void }) {
  const { t } = useTranslation("access");
  const leave = api.useMutation("delete", "/v1/session", {
    onSettled: () => {
      queries.clear();
      window.location.assign("/console/");
    },
  });
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("mustChange.hint")}</Typography.Text>
      <PasswordForm presentLabel={t("mustChange.present")} onChanged={onDone} />
      <Button type="link" loading={leave.isPending} onClick={() => { leave.mutate({}); }}>{t("mustChange.leave")}</Button>
    </Flex>
  );
}

/** Language and look, for those whose choice this browser does not know yet. */
function Looks() {
  const { t, i18n } = useTranslation(["console"]);
  const dark = useLook() === "dark";
  const next: Language = i18n.language === "zh-CN" ? "en-US" : "zh-CN";
  return (
    <Flex gap="small">
      <Button type="text" icon={<TranslationOutlined />} onClick={() => void chooseLanguage(next)}>{LANGUAGE_NAMES[next]}</Button>
      <Button type="text" icon={dark ? <SunOutlined /> : <MoonOutlined />} onClick={() => { chooseLook(dark ? "light" : "dark"); }}>
        {dark ? t("console:light") : t("console:dark")}
      </Button>
    </Flex>
  );
}
