/** Which member is signed in on this phone, to the brand that the address names. */
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";

export type Member = Schemas["MemberSessionOut"];

/** Asks which member is signed in; a refusal with 401 means nobody. */
export function useMember() {
  return api.useQuery("get", "/v1/my/session", {}, { retry: false, staleTime: 60_000 });
}

/** Shows the app again, as whoever has just signed in or out. */
export function lookAgain(): Promise<void> {
  return queries.resetQueries();
}

/** Returns the way out. */
export function useSignOut(): { leave: () => void; isLeaving: boolean } {
  const leaving = api.useMutation("delete", "/v1/my/session", { onSettled: () => lookAgain() });
  return { leave: () => { leaving.mutate({}); }, isLeaving: leaving.isPending };
}
