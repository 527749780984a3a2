import { type Schemas, api, queries } from "@shared/api/client";
import { Alert, App, Button, Card, Flex, Form, Input, Modal, QRCode, Skeleton, Steps, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../../parts/Refused";

type Enrolment = Schemas["EnrolmentOut"];

/** The second factor: set up with a telephone, or taken away. */
export function SecondFactor() {
  const { t } = useTranslation("access");
  const account = api.useQuery("get", "/v1/account");
  const [under, setUnder] = useState<"enrol" | "drop" | null>(null);
  const there = account.data?.second_factor === true;
  const left = account.data?.recovery_codes_left ?? 0;
  const close = () => {
    setUnder(null);
    void queries.invalidateQueries({ queryKey: ["get", "/v1/account"] });
  };
  return (
    <Card title={t("factor.title")} className="tight">
      <Flex vertical gap="middle" align="start">
        <Typography.Text type="secondary">{t("factor.hint")}</Typography.Text>
        {account.isPending ? <Skeleton active paragraph={{ rows: 1 }} /> : (
          <Flex gap="middle" align="center" wrap>
            <Tag color={there ? "success" : "default"}>{t(there ? "factor.on" : "factor.off")}</Tag>
            {there && <Typography.Text>{t("factor.codesLeft", { count: left })}</Typography.Text>}
            <Button onClick={() => { setUnder(there ? "drop" : "enrol"); }}>{t(there ? "factor.drop" : "factor.enrol")}</Button>
          </Flex>
        )}
      </Flex>
      {under === "enrol" && <Enrol onClose={close} />}
      {under === "drop" && <Drop onClose={close} />}
    </Card>
  );
}

/** Three steps: one's password, the picture and its first code, the recovery codes. */
function Enrol({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("access");
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const begin = api.useMutation("post", "/v1/account/second-factor", { onSuccess: setEnrolment });
  const confirm = api.useMutation("post", "/v1/account/second-factor/confirmation", {
    onSuccess: (done) => { setCodes(done.recovery_codes); },
  });
  const step = codes !== null ? 2 : enrolment !== null ? 1 : 0;
  return (
    <Modal open title={t("factor.enrol")} onCancel={onClose} footer={null} mask={{ closable: false }}>
      <Flex vertical gap="middle">
        <Steps size="small" current={step} items={["password", "phone", "recovery"].map((one) => ({ title: t(`factor.steps.${one}`) }))} />
        {step === 0 && (
          <Form<{ present: string }> layout="vertical" requiredMark={false} onFinish={(given) => { begin.mutate({ body: given }); }}>
            <PresentPassword />
            {begin.error !== null && <Form.Item><Refused error={begin.error} /></Form.Item>}
            <Button type="primary" htmlType="submit" loading={begin.isPending}>{t("factor.next")}</Button>
          </Form>
        )}
        {step === 1 && enrolment !== null && (
          <Form<{ code: string }> layout="vertical" requiredMark={false} onFinish={(given) => { confirm.mutate({ body: given }); }}>
            <Flex vertical gap="middle" align="center">
              <Typography.Text>{t("factor.scan")}</Typography.Text>
              <QRCode type="svg" value={enrolment.address} color="#000000" bgColor="#ffffff" aria-label={t("factor.picture")} />
              <Typography.Text type="secondary">{t("factor.typed")}</Typography.Text>
              <Typography.Text code className="secret">{enrolment.typed}</Typography.Text>
            </Flex>
            <Form.Item name="code" label={t("factor.code")} rules={[{ required: true, min: 6, message: t("factor.codeMissing") }]}>
              <Input inputMode="numeric" autoComplete="one-time-code" autoFocus />
            </Form.Item>
            {confirm.error !== null && <Form.Item><Refused error={confirm.error} /></Form.Item>}
            <Button type="primary" htmlType="submit" loading={confirm.isPending}>{t("factor.confirm")}</Button>
          </Form>
        )}
        {codes !== null && (
          <Flex vertical gap="middle">
            <Alert type="warning" showIcon title={t("factor.recoveryHint")} />
            <ul className="code-list">{codes.map((one) => <li key={one}><Typography.Text code>{one}</Typography.Text></li>)}</ul>
            <Button type="primary" onClick={onClose}>{t("once.kept")}</Button>
          </Flex>
        )}
      </Flex>
    </Modal>
  );
}

function Drop({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("access");
  const { message } = App.useApp();
  const drop = api.useMutation("post", "/v1/account/second-factor/removal", {
    onSuccess: () => {
      void message.success(t("factor.dropped"));
      onClose();
    },
  });
  return (
    <Modal open title={t("factor.drop")} onCancel={onClose} footer={null}>
      <Form<{ present: string }> layout="vertical" requiredMark={false} onFinish={(given) => { drop.mutate({ body: given }); }}>
        <Form.Item><Alert type="warning" showIcon title={t("factor.dropHint")} /></Form.Item>
        <PresentPassword />
        {drop.error !== null && <Form.Item><Refused error={drop.error} /></Form.Item>}
        <Button danger type="primary" htmlType="submit" loading={drop.isPending}>{t("factor.drop")}</Button>
      </Form>
    </Modal>
  );
}

function PresentPassword() {
  const { t } = useTranslation("access");
  return (
    <Form.Item name="present" label={t("password.present")} rules={[{ required: true, message: t("password.presentMissing") }]}>
      <Input.Password autoComplete="current-password" autoFocus />
    </Form.Item>
  );
}
