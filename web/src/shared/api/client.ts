/** The one way to the server: typed by its own OpenAPI document, refusals thrown as `Refusal`. */
import { QueryClient } from "@tanstack/react-query";
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { Refusal, isSignedOut, refusalOf } from "./refusal";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const RETRIES_MAX = 2;
const FRESH_MS = 15_000;
// Each app has a session of its own; their answers bring the token of calls that change something.
const SESSIONS = new Set(["/v1/session", "/v1/guide/session", "/v1/my/session"]);
const READING = new Set(["GET", "HEAD"]);

let csrfToken = "";
let whose: string | null = null;

/** Keeps the token that calls which change something have to carry; the session answers it. */
export function keepCsrfToken(token: string): void {
  csrfToken = token;
}

/** Returns the headers that a call outside the typed client (a file, a stream) has to carry. */
export function callHeaders(): Record<string, string> {
  return csrfToken === "" ? {} : { "X-CSRF-Token": csrfToken };
}

const edge: Middleware = {
  onRequest({ request }) {
    if (!READING.has(request.method) && csrfToken !== "") request.headers.set("X-CSRF-Token", csrfToken);
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await refusalOf(response);
    const { pathname } = new URL(response.url);
    if (SESSIONS.has(pathname) && response.status !== 204) {
      const told = (await response.clone().json()) as { csrf_token: string; user?: { id: string } };
      keepCsrfToken(told.csrf_token);
      if (told.user !== undefined) belongTo(told.user.id);
    }
    return undefined;
  },
  onError({ error }) {
    if (error instanceof Refusal || (error instanceof DOMException && error.name === "AbortError")) return error;
    return new Refusal(0, {});
  },
};

export const http = createFetchClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });
http.use(edge);

export const api = createQueryClient(http);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      refetchOnWindowFocus: false,
      // A refusal will be the same again; only a server in trouble is worth another try.
      retry: (failures, error) =>
        error instanceof Refusal && (error.status >= 500 || error.status === 0) && failures < RETRIES_MAX,
      throwOnError: false,
    },
    mutations: { retry: false },
  },
});

/** Forgets what somebody else read at this desk, before the next person can see it. */
function belongTo(person: string): void {
  if (whose !== null && whose !== person) {
    queries.removeQueries({ predicate: (one) => !SESSIONS.has(String(one.queryKey[1])) });
    queries.getMutationCache().clear();
  }
  whose = person;
}

/** Asks again for what was refused because the session had ended; what was read and is edited stays. */
export function readRefusedAgain(): void {
  void queries.refetchQueries({ predicate: (one) => isSignedOut(one.state.error) && !SESSIONS.has(String(one.queryKey[1])) });
}

/** Tells when the session ended under our feet. */
export function watchSession(onSignedOut: () => void): void {
  queries.getQueryCache().config.onError = (error, query) => {
    // Whoever asks for the session itself looks at its answer.
    if (isSignedOut(error) && !SESSIONS.has(String(query.queryKey[1]))) onSignedOut();
  };
  queries.getMutationCache().config.onError = (error) => {
    if (isSignedOut(error)) onSignedOut();
  };
}

/** Returns a key for one change: the same for its repeats, new for the next one. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fetches a file that the server streams and hands it to the browser under `name`. */
export async function download(path: string, name: string, init: RequestInit = {}): Promise<void> {
  const response = await fetch(path, {
    credentials: "same-origin",
    ...init,
    headers: { ...callHeaders(), ...(init.headers as Record<string, string> | undefined) },
  });
  if (!response.ok) throw await refusalOf(response);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
