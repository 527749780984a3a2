/** Who is signed in, for which brands, and what they may do. */
import { createContext, useContext } from "react";
import { api } from "./api/client";
import type { Schemas } from "./api/client";

export type Session = Schemas["SessionOut"];
export type Permission = Session["permissions"][number];

export const SessionContext = createContext<Session | null>(null);

/** Asks who is signed in; a refusal with 401 means nobody. */
export function useSessionQuery() {
  return api.useQuery("get", "/v1/session", {}, { retry: false, staleTime: 60_000 });
}

/** Returns the session of whoever is signed in; only below the sign-in page. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("Nobody is signed in here.");
  return session;
}

/** Returns whether the caller holds a permission, for hiding or disabling what they may not do. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}
