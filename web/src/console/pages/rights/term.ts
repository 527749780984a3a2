/** How a term is told: by whole days, of the answer or of the end of a membership; pure. */
import type { Schemas } from "@shared/api/client";

export type RightRequest = Schemas["RequestOut"];
export type Kind = RightRequest["kind"];

const DAY_MS = 86_400_000;

export type Urgency = "late" | "today" | "soon" | "calm";

export interface Term {
  urgency: Urgency;
  /** Whole days that are left, or that it is late by. */
  days: number;
}

/** Returns how much time is left until an instant; urgent within `soonDays`. */
export function termOf(dueAt: string, now: number, soonDays: number): Term {
  const left = Date.parse(dueAt) - now;
  if (left < 0) return { urgency: "late", days: Math.max(1, Math.ceil(-left / DAY_MS)) };
  const days = Math.floor(left / DAY_MS);
  if (days === 0) return { urgency: "today", days };
  return { urgency: days < soonDays ? "soon" : "calm", days };
}

/** Returns until when a request must be answered that came on a day. */
export function dueOf(receivedAt: number, termDays: number): string {
  return new Date(receivedAt + termDays * DAY_MS).toISOString();
}

/** Returns which decisions a request that waits still allows beside carrying it out. */
export function closingsOf(request: Pick<RightRequest, "kind" | "state">): ("done" | "refused" | "withdrawn")[] {
  if (request.state !== "open") return [];
  return request.kind === "correct" ? ["done", "refused", "withdrawn"] : ["refused", "withdrawn"];
}
