/** How a machine key stands at this moment. */
import type { Schemas } from "@shared/api/client";

export type KeyState = "open" | "ending" | "expired" | "revoked";

const SOON_MS = 14 * 24 * 3_600_000;

/** Returns whether a key opens something, ends soon, or is over. */
export function stateOf(key: Schemas["KeyOut"], now: number = Date.now()): KeyState {
  if (key.revoked_at !== null) return "revoked";
  if (key.expires_at === null) return "open";
  const left = Date.parse(key.expires_at) - now;
  if (left <= 0) return "expired";
  return left <= SOON_MS ? "ending" : "open";
}
