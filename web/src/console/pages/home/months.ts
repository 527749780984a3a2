/** Which month the home page tells of: this one, or the last in which anything was sold. */
import type { Schemas } from "@shared/api/client";
import dayjs from "dayjs";

const FORMAT = "YYYY-MM-DD";
const MONTHS_SHOWN = 13;

type Figures = Schemas["FiguresOut"];

export interface MonthRow {
  month: string;
  orders: number;
}

export interface Told {
  since: string;
  until: string;
  /** Where the trend begins. */
  trendSince: string;
  isCurrent: boolean;
}

/** Returns the orders of each month that an answer tells. */
export function monthsOf(told: Figures): MonthRow[] {
  return told.rows.map((row) => ({ month: String(row.by.month), orders: row.figures.orders?.value ?? 0 }));
}

/** Returns the last month with orders, as `2026-03`; null when nothing was ever sold. */
export function lastSold(rows: readonly MonthRow[]): string | null {
  return rows.filter((row) => row.orders > 0).map((row) => row.month).sort().at(-1) ?? null;
}

/** Returns the days that are told: the month so far, or the whole of an earlier month. */
export function toldOf(month: string, asOf: string): Told {
  const first = dayjs(`${month}-01`);
  const isCurrent = first.isSame(dayjs(asOf), "month");
  const until = isCurrent ? dayjs(asOf).add(1, "day") : first.add(1, "month");
  return {
    since: first.format(FORMAT),
    until: until.format(FORMAT),
    trendSince: first.subtract(MONTHS_SHOWN - 1, "month").format(FORMAT),
    isCurrent,
  };
}
