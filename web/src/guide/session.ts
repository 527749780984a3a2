/** Who is signed in on this phone as a guide. */
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";

export type Guide = Schemas["GuideSessionOut"];

const SESSION = "/v1/guide/session";

/** Asks which guide is signed in; a refusal with 401 means nobody. */
export function useGuide() {
  return api.useQuery("get", SESSION, {}, { retry: false, staleTime: 60_000 });
}

/** Shows the app again, as whoever has just signed in or out. */
export function lookAgain(): Promise<void> {
  return queries.resetQueries();
}
