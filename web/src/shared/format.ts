/** How money, points, counts and instants are shown; values stay whole fen until here. */
import dayjs from "dayjs";
import { type Language, chosenLanguage } from "./i18n";

const WAN = 10_000;
const YI = 100_000_000;
const NOTHING = "—";

type Maybe<Value> = Value | null | undefined;

/** Shows whole fen as yuan: 104880 is ¥1,048.80. */
export function money(minor: Maybe<number>, language: Language = chosenLanguage()): string {
  if (minor === null || minor === undefined) return NOTHING;
  const sign = minor < 0 ? "-" : "";
  const fen = Math.abs(minor);
  const cents = String(fen % 100).padStart(2, "0");
  return `${sign}¥${Math.floor(fen / 100).toLocaleString(language)}.${cents}`;
}

/** Shows large money in the words of the language: 2843.12万 or 28.43M; small money in full. */
export function shortMoney(minor: Maybe<number>, language: Language = chosenLanguage()): string {
  if (minor === null || minor === undefined) return NOTHING;
  const yuan = minor / 100;
  return Math.abs(yuan) < WAN ? money(minor, language) : `¥${shortened(yuan, language)}`;
}

/** Shows a count in full, with separators. */
export function count(value: Maybe<number>, language: Language = chosenLanguage()): string {
  return value === null || value === undefined ? NOTHING : value.toLocaleString(language);
}

/** Shows a large count shortened in the words of the language. */
export function shortCount(value: Maybe<number>, language: Language = chosenLanguage()): string {
  if (value === null || value === undefined) return NOTHING;
  return Math.abs(value) < WAN ? count(value, language) : shortened(value, language);
}

/** Shows points with the sign that a movement has: +120, -30. */
export function movement(points: Maybe<number>, language: Language = chosenLanguage()): string {
  if (points === null || points === undefined) return NOTHING;
  return points > 0 ? `+${count(points, language)}` : count(points, language);
}

/** Shows a share of 1 in percent with one digit. */
export function percent(share: Maybe<number>, language: Language = chosenLanguage()): string {
  if (share === null || share === undefined) return NOTHING;
  return share.toLocaleString(language, { style: "percent", maximumFractionDigits: 1 });
}

/** Shows a day. */
export function day(value: Maybe<string>): string {
  return value ? dayjs(value).format("YYYY-MM-DD") : NOTHING;
}

/** Shows the last day in a zone of what ends at an instant: what ends as a day begins was good the day before. */
export function lastDayOf(end: Maybe<string>, zone: string): string {
  if (!end) return NOTHING;
  // Swedish writes days as the rest of the pages do: 2026-12-31.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(Date.parse(end) - 1);
}

/** Shows an instant in the zone of this device, to the minute. */
export function instant(value: Maybe<string>): string {
  return value ? dayjs(value).format("YYYY-MM-DD HH:mm") : NOTHING;
}

/** Shows how long something took, from milliseconds. */
export function duration(ms: Maybe<number>, language: Language = chosenLanguage()): string {
  if (ms === null || ms === undefined) return NOTHING;
  const [minute, second, thousandth] = language === "zh-CN" ? ["\u5206", "\u79d2", "\u6beb\u79d2"] : ["min", "s", "ms"];
  if (ms < 1_000) return `${String(Math.round(ms))} ${thousandth}`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${String(seconds)} ${second}`;
  return `${String(Math.floor(seconds / 60))} ${minute} ${String(seconds % 60)} ${second}`;
}

function shortened(value: number, language: Language): string {
  const chinese = language === "zh-CN";
  const steps: readonly (readonly [number, string])[] = chinese
    ? [[YI, "\u4ebf"], [WAN, "\u4e07"]]
    : [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
  const [unit, name] = steps.find(([size]) => Math.abs(value) >= size) ?? [1, ""];
  return (value / unit).toLocaleString(language, { maximumFractionDigits: 2 }) + name;
}
