/** Figures and what they are cut by, as people read them; values stay whole numbers until here. */
import type { Schemas } from "@shared/api/client";
import { count, money } from "@shared/format";
import { useTranslation } from "react-i18next";

export type Metric = Schemas["MetricOut"];
export type Metrics = Schemas["MetricsOut"];
export type Figures = Schemas["FiguresOut"];
export type Figure = Schemas["FigureOut"];
export type Row = Schemas["FiguresRowOut"];

const NOTHING = "—";
const ONE_IN_BASIS_POINTS = 10_000;

/** Shows a figure in its unit: whole fen as yuan, basis points in percent, counts in full. */
export function shown(metric: Pick<Metric, "unit" | "decimals">, value: number | null | undefined, language: string): string {
  if (value === null || value === undefined) return NOTHING;
  if (metric.unit === "fen" && metric.decimals === 0) return money(value, language === "zh-CN" ? "zh-CN" : "en-US");
  if (metric.unit === "basis_points") return (value / ONE_IN_BASIS_POINTS).toLocaleString(language, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return plotted(metric, value).toLocaleString(language, { minimumFractionDigits: metric.decimals, maximumFractionDigits: metric.decimals });
}

/** Returns a figure as a chart draws it: yuan, percent, or the count itself. */
export function plotted(metric: Pick<Metric, "unit" | "decimals">, value: number): number {
  const places = metric.unit === "fen" || metric.unit === "basis_points" ? 2 : 0;
  return value / 10 ** (metric.decimals + places);
}

/** Shows a change in percent of what was, with its sign; of a share in points of a hundred. */
export function changed(metric: Pick<Metric, "unit" | "decimals">, figure: Figure, language: string): string {
  const isShare = metric.unit === "basis_points";
  const value = isShare ? figure.change : figure.change_basis_points;
  if (value === null || value === undefined) return NOTHING;
  const percent = (value / 100).toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
  return isShare ? `${percent} pp` : `${percent}%`;
}

/** Returns functions that name metrics, dimensions and their values in the language of the page. */
export function useNames(known: Metrics | undefined, answer?: Figures) {
  const { t, i18n } = useTranslation("figures");
  const say = (names: { zh: string; en: string }) => (i18n.language === "zh-CN" ? names.zh : names.en);
  return {
    language: i18n.language,
    say,
    metric: (code: string) => {
      const found = known?.items.find((one) => one.code === code);
      return found === undefined ? code : say(found.names);
    },
    dimension: (code: string) => {
      const found = known?.dimensions[code];
      return found === undefined ? code : say(found.names);
    },
    key: (dimension: string, key: string | number | null | undefined) => {
      if (key === null || key === undefined || key === "") return t("unknown");
      const label = known?.dimensions[dimension]?.labels[String(key)];
      const named = answer?.labels[dimension]?.[String(key)];
      if (label !== undefined) return say(label);
      return named === undefined || named === key ? (typeof key === "number" ? count(key) : key) : `${named} (${String(key)})`;
    },
  };
}
