import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Card, Descriptions, Flex, Skeleton, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Side, type Step, documentOf, stepOf } from "./document";
import { DocumentEditor } from "./DocumentEditor";

const DAYS_A_MONTH = 30;
const VALUES_SHOWN = 40;

/** What a tag is computed from: in words, where its fields come from, and as a document to change. */
export function Definition({ brand, tag, shown, side }: { brand: string; tag: string; shown: Schemas["TagShown"]; side: Side }) {
  const { t } = useTranslation("tags");
  const may = useMay();
  const document = documentOf(shown);
  const written = api.useQuery("post", "/v1/brands/{brand}/tags/{tag}/reading", {
    params: { path: { brand, tag } }, body: { document: shown.document },
  });
  const { values } = document;
  return (
    <Flex vertical gap="middle">
      <Card size="small" title={t("inWords")}>
        <Descriptions size="small" column={1}>
          <Descriptions.Item label={t("meaning")}>{document.meaning[side]}</Descriptions.Item>
          <Descriptions.Item label={t("kind")}>{t(`kinds.${document.kind}`)} · {t(`kindHints.${document.kind}`)}</Descriptions.Item>
          <Descriptions.Item label={t("values")}>{Array.isArray(values) ? <Flex wrap gap="small">{values.slice(0, VALUES_SHOWN).map((value) => <Tag key={value.code}>{value.names[side]}</Tag>)}</Flex> : "unit" in values ? t(`units.${values.unit}`, { defaultValue: values.unit }) : t("open")}</Descriptions.Item>
          <Descriptions.Item label={t("oneOrSeveral")}>{document.multi === true ? t("severalYes") : t("severalNo")}</Descriptions.Item>
          {document.window_days !== undefined && <Descriptions.Item label={t("window")}>{t("windowDays", { days: document.window_days, months: Math.round(document.window_days / DAYS_A_MONTH) })}</Descriptions.Item>}
          <Descriptions.Item label={t("computedFrom")}><StepView step={stepOf(document.expression)} /></Descriptions.Item>
          <Descriptions.Item label={t("lineage")}>{shown.comes_from.length === 0 ? t("fromHand") : <Flex wrap gap="small">{shown.comes_from.map((field) => <code key={field}>{field}</code>)}</Flex>}</Descriptions.Item>
        </Descriptions>
      </Card>
      <Card size="small" title={t("asDocument")}>
        {written.error !== null && <Refused error={written.error} />}
        {written.data === undefined && written.error === null && <Skeleton active />}
        {written.data !== undefined && (
          <DocumentEditor brand={brand} tag={tag} version={shown.version} text={written.data.yaml} isFixed={!may("tags.write")} />
        )}
      </Card>
    </Flex>
  );
}

function StepView({ step }: { step: Step }) {
  const { t } = useTranslation("tags");
  return (
    <div className="step">
      <span>{t(`primitives.${step.primitive}`, { defaultValue: step.primitive })}</span>
      {step.days !== null && <Typography.Text type="secondary"> {t("lastDays", { days: step.days })}</Typography.Text>}
      {step.about.length > 0 && <Typography.Text type="secondary"> ({step.about.join(", ")})</Typography.Text>}
      {step.parts.map((part, place) => <StepView key={place} step={part} />)}
    </div>
  );
}
