import { api, queries } from "@shared/api/client";
import { Button, Card, Flex, Form, Input, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "./parts/Refused";

interface Given {
  name: string;
  password: string;
}

/** The page of whoever is not signed in yet. */
export function SignIn() {
  const { t } = useTranslation("console");
  const enter = api.useMutation("post", "/v1/session", {
    onSuccess: (session) => { queries.setQueryData(["get", "/v1/session", {}], session); },
  });
  return (
    <Flex component="main" align="center" justify="center" className="sign-in">
      <Card className="narrow">
        <Typography.Title level={1}>{t("signInTitle")}</Typography.Title>
        <Form<Given> layout="vertical" requiredMark={false} onFinish={(given) => { enter.mutate({ body: given }); }}>
          <Form.Item name="name" label={t("name")} rules={[{ required: true, message: t("nameMissing") }]}>
            <Input autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={t("password")} rules={[{ required: true, message: t("passwordMissing") }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          {enter.error !== null && <Refused error={enter.error} />}
          <Button block type="primary" htmlType="submit" loading={enter.isPending}>{t("signIn")}</Button>
        </Form>
      </Card>
    </Flex>
  );
}
