/** A question on figures as the address keeps it: what, cut by what, of which days, beside which. */
import dayjs from "dayjs";

export const GRAINS = ["day", "week", "month", "quarter", "year"] as const;
export const COMPARES = ["previous", "last_year", "spring_festival"] as const;
export const VIEWS = ["chart", "table"] as const;

export type Grain = (typeof GRAINS)[number];
export type Compare = (typeof COMPARES)[number];
export type View = (typeof VIEWS)[number];

export interface Question {
  metrics: string[];
  /** The dimensions, the length of time among them. */
  by: string[];
  /** The first and the last day, both included; null: from the first of the lake's month. */
  from: string | null;
  to: string | null;
  compare: Compare | null;
  view: View;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FORMAT = "YYYY-MM-DD";
export const FIRST: readonly string[] = ["net_sales"];

const oneOf = <Value extends string>(values: readonly Value[], given: string | null): Value | null =>
  values.find((one) => one === given) ?? null;
const dayOf = (given: string | null): string | null => (given !== null && DAY.test(given) ? given : null);

/** Returns the question that an address asks; what it does not say is as at first. */
export function questionOf(query: URLSearchParams): Question {
  const metrics = query.getAll("m");
  return {
    metrics: metrics.length > 0 ? metrics : [...FIRST],
    by: query.has("by") ? query.getAll("by").filter((one) => one !== "") : ["day"],
    from: dayOf(query.get("from")),
    to: dayOf(query.get("to")),
    compare: oneOf(COMPARES, query.get("beside")),
    view: oneOf(VIEWS, query.get("view")) ?? "chart",
  };
}

/** Returns the address of a question. */
export function addressOf(question: Question): URLSearchParams {
  const query = new URLSearchParams();
  for (const one of question.metrics) query.append("m", one);
  for (const one of question.by.length > 0 ? question.by : [""]) query.append("by", one);
  if (question.from !== null) query.set("from", question.from);
  if (question.to !== null) query.set("to", question.to);
  if (question.compare !== null) query.set("beside", question.compare);
  if (question.view !== "chart") query.set("view", question.view);
  return query;
}

/** Returns what the server is asked; its last day is the one after ours. */
export function askedOf(question: Question) {
  return {
    metric: question.metrics,
    by: question.by,
    ...(question.from === null ? {} : { since: question.from }),
    ...(question.to === null ? {} : { until: dayjs(question.to).add(1, "day").format(FORMAT) }),
    ...(question.compare === null ? {} : { compare: question.compare }),
  };
}

/** Returns the length of time that a question is cut by, or null. */
export function grainOf(by: readonly string[]): Grain | null {
  return GRAINS.find((one) => by.includes(one)) ?? null;
}

/** Returns the last day of a span whose end is the day after it. */
export function lastDay(until: string): string {
  return dayjs(until).subtract(1, "day").format(FORMAT);
}
