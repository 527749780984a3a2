/** What colleagues call whoever did something: the ids of one page are asked for in one call. */
import { type Schemas, http } from "@shared/api/client";

export type ActorKind = "user" | "key" | "guide" | "member" | "command" | "word";

const PREFIXES: readonly (readonly [string, ActorKind])[] = [
  ["usr_", "user"], ["key_", "key"], ["stf_", "guide"], ["cus_", "member"], ["cli:", "command"],
];
const NAMED: ReadonlySet<ActorKind> = new Set(["user", "key", "guide"]);
export const ACTORS_MAX = 100;
/** How long more ids of the same page are waited for. */
const GATHERING_MS = 10;

type Name = Schemas["ActorNameOut"]["name"];
type Ask = (ids: readonly string[]) => Promise<readonly Schemas["ActorNameOut"][]>;

/** Tells what kind of somebody an actor is, as journals keep it; what is no id is a word of ours. */
export function kindOf(actor: string): ActorKind {
  return PREFIXES.find(([prefix]) => actor.startsWith(prefix))?.[1] ?? "word";
}

/** Tells whether the server knows a name for an actor. */
export const hasName = (actor: string): boolean => NAMED.has(kindOf(actor));

/** Returns a function that names one actor and asks for many at once. */
export function gathering(ask: Ask): (actor: string) => Promise<Name> {
  let waiting = new Map<string, Promise<Name>>();
  let round: Promise<ReadonlyMap<string, Name>> | null = null;
  const send = async (): Promise<ReadonlyMap<string, Name>> => {
    await new Promise((resolve) => { setTimeout(resolve, GATHERING_MS); });
    const ids = [...waiting.keys()];
    [waiting, round] = [new Map(), null];
    const parts = Array.from({ length: Math.ceil(ids.length / ACTORS_MAX) }, (_, place) => ids.slice(place * ACTORS_MAX, (place + 1) * ACTORS_MAX));
    const answers = await Promise.all(parts.map(ask));
    return new Map(answers.flat().map((one) => [one.id, one.name]));
  };
  return (actor) => {
    const known = waiting.get(actor);
    if (known !== undefined) return known;
    round ??= send();
    const named = round.then((names) => names.get(actor) ?? null);
    waiting.set(actor, named);
    return named;
  };
}

/** Names an actor; whoever asks within the same moment shares the call. */
export const nameOf = gathering(async (ids) => {
  const { data } = await http.GET("/v1/actors", { params: { query: { id: [...ids] } } });
  return data?.items ?? [];
});
