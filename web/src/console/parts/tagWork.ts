/** What came of a tag that was given to many or taken back: all of it, or nobody knows how much. */
import type { Schemas } from "@shared/api/client";

type Job = Pick<Schemas["JobOut"], "kind" | "state" | "arguments" | "result">;

export type Ending =
  | { came: "whole"; changed: number; refused: number }
  | { came: "broken"; state: "failed" | "cancelled" };

const KINDS: ReadonlySet<string> = new Set(["console.give_tag", "console.withdraw_tag"]);

/** Tells how such a job ended; null while it goes on. */
export function endingOf(job: Pick<Job, "state" | "result">): Ending | null {
  if (job.state === "done") return { came: "whole", changed: countOf(job, "changed_count"), refused: countOf(job, "refused_count") };
  // What its finished steps changed stays changed, and no result tells how many these are.
  return job.state === "failed" || job.state === "cancelled" ? { came: "broken", state: job.state } : null;
}

/** Returns the brand in which the work of a job can be undone; null where there is nothing to undo. */
export function undoneIn(job: Job): string | null {
  const brand = job.arguments["brand"];
  return KINDS.has(job.kind) && endingOf(job) !== null && typeof brand === "string" ? brand : null;
}

/** Returns a number of a job's result; 0 where it has none. */
export function countOf(job: Pick<Job, "result">, name: string): number {
  const found = job.result?.[name];
  return typeof found === "number" ? found : 0;
}
