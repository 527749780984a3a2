import { useBrand } from "@console/brand";
import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { App, Button, Flex, Form, InputNumber, Radio, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";

type Rules = Schemas["ExitPolicyOut"];

const DAYS_MAX = 365;
const POINTS: readonly Rules["points"][] = ["forfeit", "keep"];

/** How members of the brand leave: how long they can take it back, and what becomes of points. */
export function ExitRules() {
  const { t } = useTranslation("rights");
  const { code: brand } = useBrand();
  const known = api.useQuery("get", "/v1/brands/{brand}/exit-policy", { params: { path: { brand } } });
  if (known.error !== null) return <Refused error={known.error} onRetry={() => void known.refetch()} />;
  if (known.data === undefined) return <Skeleton active title={false} />;
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">
        {known.data.version === 0 ? t("texts.exitDefault") : t("texts.exitVersion", { version: known.data.version })} · {t("texts.exitHint")}
      </Typography.Text>
      <Fields key={known.data.version} rules={known.data} brand={brand} />
    </Flex>
  );
}

function Fields({ rules, brand }: { rules: Rules; brand: string }) {
  const { t } = useTranslation("rights");
  const { message } = App.useApp();
  const may = useMay()("rights.write");
  const put = api.useMutation("put", "/v1/brands/{brand}/exit-policy", {
    onSuccess: () => { void message.success(t("texts.saved")); void queries.invalidateQueries(); },
  });
  return (
    <>
      {put.error !== null && <Refused error={put.error} />}
      <Form<{ days: number; points: Rules["points"] }>
        layout="inline"
        disabled={!may}
        initialValues={{ days: rules.cooling_off_days, points: rules.points }}
        onFinish={({ days, points }) => { put.mutate({ params: { path: { brand } }, body: { cooling_off_days: days, points } }); }}
      >
        <Form.Item name="days" label={t("texts.days")} rules={[{ required: true, message: t("texts.missing") }]}>
          <InputNumber min={0} max={DAYS_MAX} precision={0} />
        </Form.Item>
        <Form.Item name="points" label={t("texts.points")}>
          <Radio.Group options={POINTS.map((one) => ({ value: one, label: t(`texts.pointsNames.${one}`) }))} />
        </Form.Item>
        <Button htmlType="submit" loading={put.isPending} title={may ? undefined : t("writeNeeded")}>{t("texts.save")}</Button>
      </Form>
    </>
  );
}
