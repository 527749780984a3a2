/** Which review comes next, and how long one has waited; pure, so that it can be tested. */
import type { Schemas } from "@shared/api/client";

export type Review = Schemas["ReviewOut"];
export const DAY_MS = 86_400_000;

/** Returns the review `steps` places further in the queue, or null past its ends. */
export function neighbour(queue: readonly Review[], current: string, steps: 1 | -1): string | null {
  const place = queue.findIndex((one) => one.id === current);
  // Who was decided meanwhile is gone from the queue: the first that waits is next then.
  if (place === -1) return steps === 1 ? (queue[0]?.id ?? null) : null;
  return queue[place + steps]?.id ?? null;
}

/** Returns the review to look at when the current one was decided. */
export function afterDeciding(queue: readonly Review[], current: string): string | null {
  return neighbour(queue, current, 1) ?? queue.find((one) => one.id !== current)?.id ?? null;
}

/** Returns for how many whole days something has waited. */
export function daysWaited(since: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(since)) / DAY_MS));
}
