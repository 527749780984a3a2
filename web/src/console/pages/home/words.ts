/** Small words of the home page. */
import dayjs from "dayjs";

const NOTHING = "—";
const BASIS_POINTS_A_PERCENT = 100;

/** Shows basis points as percent with their sign. */
export function percentOf(basisPoints: number | null | undefined): string {
  if (basisPoints === null || basisPoints === undefined) return NOTHING;
  const percent = basisPoints / BASIS_POINTS_A_PERCENT;
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)}%`;
}

/** Shows a share that is told in basis points. */
export function shareOf(basisPoints: number | null | undefined): string {
  return basisPoints === null || basisPoints === undefined ? NOTHING : `${(basisPoints / BASIS_POINTS_A_PERCENT).toFixed(1)}%`;
}

/** Returns the last day of a span whose end is the day after it. */
export function lastDay(until: string): string {
  return dayjs(until).subtract(1, "day").format("YYYY-MM-DD");
}
