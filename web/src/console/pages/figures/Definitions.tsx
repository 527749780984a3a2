import { Collapse, Descriptions, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { type Metric, type Metrics, useNames } from "./shown";

/** What each metric that is asked for means, what it leaves out, and how it is computed. */
export function Definitions({ metrics, known }: { metrics: readonly Metric[]; known: Metrics }) {
  const { t } = useTranslation("figures");
  const names = useNames(known);
  return (
    <Collapse
      size="small"
      defaultActiveKey={metrics.slice(0, 1).map((one) => one.code)}
      items={metrics.map((metric) => ({
        key: metric.code,
        label: names.say(metric.names),
        children: (
          <Descriptions
            column={1}
            size="small"
            layout="vertical"
            items={[
              { key: "meaning", label: t("meaning"), children: names.say(metric.meaning) },
              { key: "unit", label: t("unit"), children: names.say(known.units[metric.unit] ?? { zh: metric.unit, en: metric.unit }) },
              ...(metric.excludes.length > 0 ? [{ key: "excludes", label: t("excludes"), children: metric.excludes.map((one) => <Tag key={one}>{t(`classes.${one}`)}</Tag>) }] : []),
              { key: "adds", label: t("additive"), children: metric.additive.length === 0 ? t("neverAdded") : metric.additive.map((one) => (one === "time" ? t("time") : names.dimension(one))).join(", ") },
              { key: "formula", label: t("formula"), children: <code className="formula">{metric.formula}</code> },
            ]}
          />
        ),
      }))}
    />
  );
}
