import { useBrand } from "@console/brand";
import { useSave } from "@console/keyboard";
import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { useMay } from "@shared/session";
import { Alert, App, Button, Flex, Form, InputNumber, Modal, Radio, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ExitTerms, turnsOf } from "./exitTerms";

type Rules = Schemas["ExitPolicyOut"];

const DAYS_MAX = 365;
const POINTS: readonly Rules["points"][] = ["forfeit", "keep"];

/** How members of the brand leave: how long they can take it back, and what becomes of points. */
export function ExitRules() {
  const { code: brand } = useBrand();
  const known = api.useQuery("get", "/v1/brands/{brand}/exit-policy", { params: { path: { brand } } });
  if (known.data === undefined) {
    return known.error === null ? <Skeleton active title={false} /> : <Refused error={known.error} onRetry={() => void known.refetch()} />;
  }
  return <Fields rules={known.data} brand={brand} onReload={async () => (await known.refetch()).data} />;
}

function Fields({ rules: latest, brand, onReload }: { rules: Rules; brand: string; onReload: () => Promise<Rules | undefined> }) {
  const { t } = useTranslation("rights");
  const { message } = App.useApp();
  const may = useMay()("rights.write");
  const [form] = Form.useForm<ExitTerms>();
  // The version that the fields were filled from: a newer one is refused, not saved over.
  const [rules, setRules] = useState(latest);
  const [given, setGiven] = useState<ExitTerms>(latest);
  const [wanted, setWanted] = useState<ExitTerms | null>(null);
  const turns = turnsOf(rules, given);
  const fill = (next: Rules) => {
    setRules(next);
    setGiven(next);
    form.setFieldsValue({ cooling_off_days: next.cooling_off_days, points: next.points });
  };
  const put = api.useMutation("put", "/v1/brands/{brand}/exit-policy", {
    onSuccess: (saved) => {
      setWanted(null);
      fill(saved);
      void message.success(t("texts.saved"));
      void queries.invalidateQueries();
    },
  });
  const isOutrun = put.error instanceof Refusal && put.error.code === "customers.exit_policy_changed";
  const isChanged = turns.length > 0;
  useUnsaved(isChanged && !put.isPending);
  useSave(may && wanted === null ? () => { form.submit(); } : null, put.isPending);
  const reload = () => {
    put.reset();
    setWanted(null);
    void onReload().then((next) => { if (next !== undefined) fill(next); });
  };
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">
        {rules.version === 0 ? t("texts.exitDefault") : t("texts.exitVersion", { version: rules.version })} · {t("texts.exitHint")}
      </Typography.Text>
      <Form<ExitTerms>
        form={form}
        layout="inline"
        disabled={!may}
        initialValues={{ cooling_off_days: rules.cooling_off_days, points: rules.points }}
        onValuesChange={(_, values) => { setGiven(values); }}
        onFinish={(values) => { if (turnsOf(rules, values).length > 0) setWanted(values); else void message.info(t("texts.unchanged")); }}
      >
        <Form.Item name="cooling_off_days" label={t("texts.days")} rules={[{ required: true, message: t("texts.missing") }]}>
          <InputNumber min={0} max={DAYS_MAX} precision={0} />
        </Form.Item>
        <Form.Item name="points" label={t("texts.points")}>
          <Radio.Group options={POINTS.map((one) => ({ value: one, label: t(`texts.pointsNames.${one}`) }))} />
        </Form.Item>
        <Button htmlType="submit" disabled={!may || !isChanged} loading={put.isPending} title={may ? undefined : t("writeNeeded")}>{t("texts.save")}</Button>
      </Form>
      {wanted !== null && (
        <Modal
          open
          title={t("texts.exitSure")}
          okText={t("texts.exitDecide")}
          okButtonProps={{ danger: true, disabled: isOutrun }}
          confirmLoading={put.isPending}
          onOk={() => {
            put.mutate({
              params: { path: { brand }, header: { "If-Match": `"${String(rules.version)}"` } },
              body: { cooling_off_days: wanted.cooling_off_days, points: wanted.points },
            });
          }}
          onCancel={() => { setWanted(null); put.reset(); }}
        >
          <Flex vertical gap="middle">
            <ul className="plain">
              {turnsOf(rules, wanted).map((turn) => (
                <li key={turn}>
                  {turn === "cooling_off_days"
                    ? t("texts.daysTurn", { before: rules.cooling_off_days, after: wanted.cooling_off_days })
                    : t("texts.pointsTurn", { before: t(`texts.pointsNames.${rules.points}`), after: t(`texts.pointsNames.${wanted.points}`) })}
                </li>
              ))}
            </ul>
            <Alert type="warning" showIcon title={t(`texts.pointsMeans.${wanted.points}`)} description={t("texts.exitHint")} />
            {put.error !== null && <Refused error={put.error} {...(isOutrun ? { onRetry: reload } : {})} />}
          </Flex>
        </Modal>
      )}
    </Flex>
  );
}
