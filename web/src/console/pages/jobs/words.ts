/** The words of jobs: what each kind does, how it stands, what came of it, and how often it recurs. */
import type { Schemas } from "@shared/api/client";
import { count, duration } from "@shared/format";
import { useTranslation } from "react-i18next";

export type Job = Schemas["JobOut"];
export type State = Job["state"];

export const STATES: readonly State[] = ["running", "waiting", "failed", "done", "cancelled"];
const OPEN: ReadonlySet<State> = new Set(["waiting", "running"]);
const AGAIN: ReadonlySet<State> = new Set(["failed", "cancelled"]);
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

export interface Fact {
  name: string;
  value: string;
}

export const isOpen = (job: Job): boolean => OPEN.has(job.state);
export const isAgain = (job: Job): boolean => AGAIN.has(job.state);

/** Shows how long a job took from its being asked for, waiting included; an open one up to now. */
export function took(job: Job, now: number): string {
  const ended = job.finished_at === null ? now : Date.parse(job.finished_at);
  return duration(Math.max(0, ended - Date.parse(job.recorded_at)));
}

/** Returns functions that say things about jobs in the language of the reader. */
export function useJobWords() {
  const { t, i18n } = useTranslation("jobs");
  const named = (space: string, name: string): string => {
    const key = `${space}.${name.replace(/\W/g, "_")}`;
    return i18n.exists(key, { ns: "jobs" }) ? t(key as "title") : name;
  };
  const told = (value: unknown): string => {
    if (typeof value === "number") return count(value);
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const facts = (found: Readonly<Record<string, unknown>>, before = ""): Fact[] =>
    Object.entries(found).flatMap(([name, value]) => {
      // Who asked stands by itself, and what nothing came of is not worth a line.
      if (value === null || value === undefined || value === "" || name === "actor") return [];
      if (Array.isArray(value) && value.length === 0) return [];
      const label = before === "" ? named("facts", name) : `${before} · ${named("facts", name)}`;
      if (typeof value === "object" && !Array.isArray(value)) return facts(value as Record<string, unknown>, label);
      return [{ name: label, value: Array.isArray(value) ? value.map(told).join("\n") : told(value) }];
    });
  return {
    kind: (kind: string) => named("kinds", kind),
    facts,
    every: (seconds: number) => {
      if (seconds % DAY_SECONDS === 0) return t("everyDays", { count: seconds / DAY_SECONDS });
      return t("everyHours", { count: Math.max(1, Math.round(seconds / HOUR_SECONDS)) });
    },
  };
}
