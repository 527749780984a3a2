/** What a chart draws of an answer: lines over time, else bars; pure, so that it can be tested. */
import type { EChartsCoreOption } from "echarts/core";
import { grainOf } from "./question";
import { type Figures, type Metric, type Row, plotted } from "./shown";

const SERIES_MAX = 6;
const BARS_MAX = 20;

export interface Told {
  metric: (code: string) => string;
  key: (dimension: string, key: string | number | null | undefined) => string;
  before: string;
  unit: (unit: Metric["unit"]) => string;
}

interface Drawn {
  option: EChartsCoreOption;
  /** How many cuts the chart leaves to the table. */
  leftOut: number;
}

type Line = { name: string; axis: number; isBefore: boolean; values: (number | null)[] };

/** Returns the drawing of an answer; null where there is nothing to draw. */
export function drawingOf(answer: Figures, told: Told): Drawn | null {
  if (answer.by.length === 0 || answer.rows.length === 0) return null;
  const grain = grainOf(answer.by);
  return grain === null ? bars(answer, told) : lines(answer, grain, told);
}

function valueOf(answer: Figures, row: Row, place: number, side: "value" | "before" = "value"): number | null {
  const metric = answer.metrics[place];
  const value = metric === undefined ? null : row.figures[metric.code]?.[side];
  return metric === undefined || value === null || value === undefined ? null : plotted(metric, value);
}

function cutName(answer: Figures, row: Row, without: string | null, told: Told): string {
  return answer.by.filter((one) => one !== without).map((one) => told.key(one, row.by[one])).join(" · ");
}

function lines(answer: Figures, grain: string, told: Told): Drawn {
  const periods = [...new Set(answer.rows.map((row) => String(row.by[grain] ?? "")))];
  const units = [...new Set(answer.metrics.map((one) => one.unit))].slice(0, 2);
  const isCut = answer.by.length > 1;
  const cuts = isCut ? largest(answer, grain, told) : [""];
  const shownCuts = cuts.slice(0, SERIES_MAX);
  const drawn: Line[] = [];
  answer.metrics.forEach((metric, place) => {
    const axis = units.indexOf(metric.unit);
    if (axis < 0 || (isCut && place > 0)) return;
    for (const cut of shownCuts) {
      const rows = new Map(answer.rows.filter((row) => !isCut || cutName(answer, row, grain, told) === cut).map((row) => [String(row.by[grain] ?? ""), row]));
      const values = (side: "value" | "before") => periods.map((period) => { const row = rows.get(period); return row === undefined ? null : valueOf(answer, row, place, side); });
      const name = isCut ? cut : told.metric(metric.code);
      drawn.push({ name, axis, isBefore: false, values: values("value") });
      if (answer.compared_since !== null && !isCut) drawn.push({ name: `${name} (${told.before})`, axis, isBefore: true, values: values("before") });
    }
  });
  return {
    leftOut: cuts.length - shownCuts.length,
    option: {
      tooltip: { trigger: "axis" },
      legend: { show: drawn.length > 1, top: 0, type: "scroll" },
      grid: { left: 8, right: 8, top: drawn.length > 1 ? 64 : 32, bottom: 8, containLabel: true },
      xAxis: { type: "category", data: periods },
      yAxis: units.map((unit) => ({ type: "value", name: told.unit(unit), splitLine: { show: units.length === 1 } })),
      series: drawn.map((line) => ({
        type: "line", name: line.name, yAxisIndex: line.axis, data: line.values, showSymbol: periods.length < 40,
        lineStyle: { type: line.isBefore ? "dashed" : "solid" },
      })),
    },
  };
}

/** Returns the cuts beside time, the largest of the first metric first. */
function largest(answer: Figures, grain: string, told: Told): string[] {
  const sums = new Map<string, number>();
  for (const row of answer.rows) {
    const name = cutName(answer, row, grain, told);
    sums.set(name, (sums.get(name) ?? 0) + (valueOf(answer, row, 0) ?? 0));
  }
  return [...sums.entries()].sort(([, one], [, other]) => other - one).map(([name]) => name);
}

function bars(answer: Figures, told: Told): Drawn {
  const rows = [...answer.rows].sort((one, other) => (valueOf(answer, other, 0) ?? 0) - (valueOf(answer, one, 0) ?? 0));
  const shownRows = rows.slice(0, BARS_MAX).reverse();
  const [metric] = answer.metrics;
  const name = metric === undefined ? "" : told.metric(metric.code);
  const series = [{ type: "bar", name, data: shownRows.map((row) => valueOf(answer, row, 0)) }];
  if (answer.compared_since !== null) series.push({ type: "bar", name: `${name} (${told.before})`, data: shownRows.map((row) => valueOf(answer, row, 0, "before")) });
  return {
    leftOut: rows.length - shownRows.length,
    option: {
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      legend: { show: series.length > 1, top: 0 },
      grid: { left: 8, right: 24, top: series.length > 1 ? 40 : 24, bottom: 8, containLabel: true },
      xAxis: { type: "value", name: metric === undefined ? "" : told.unit(metric.unit), nameLocation: "end" },
      yAxis: { type: "category", data: shownRows.map((row) => cutName(answer, row, null, told)), axisLabel: { width: 180, overflow: "truncate" } },
      series,
    },
  };
}
