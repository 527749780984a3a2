import { SessionContext } from "@shared/session";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { hasName, kindOf, nameOf } from "./naming";

const FRESH_MS = 600_000;
const HAND = "cli:";
const WORDS = ["child_stages", "demo", "huitong", "import", "operator", "schedule", "worker"] as const;

const question = (actor: string) => ({
  queryKey: ["actor", actor],
  queryFn: () => nameOf(actor),
  enabled: hasName(actor),
  staleTime: FRESH_MS,
  retry: false,
});

/** Returns a function that says who somebody is by the name that was found, if one was. */
function useSaying(): (actor: string, name: string | null | undefined) => string {
  const { t } = useTranslation("console");
  const user = useContext(SessionContext)?.user;
  return (actor, name) => {
    if (actor === user?.id) return t("actors.me", { name: user.shown_name });
    if (name !== null && name !== undefined) return name;
    const kind = kindOf(actor);
    if (kind === "command") return t("actors.command", { name: actor.slice(HAND.length) });
    if (kind !== "word") return t(`actors.kinds.${kind}`, { id: actor.slice(-4) });
    const word = WORDS.find((one) => one === actor);
    return word === undefined ? actor : t(`actors.words.${word}`);
  };
}

/** Returns how to call whoever did something; shares its call with everybody else on the page. */
export function useActor(actor: string): string {
  const say = useSaying();
  return say(actor, useQuery(question(actor)).data);
}

/** Returns a function that calls each of some actors by name, for texts that can hold no part. */
export function useActors(actors: readonly string[]): (actor: string) => string {
  const say = useSaying();
  const asked = [...new Set(actors)];
  const found = useQueries({ queries: asked.map(question) });
  return (actor) => say(actor, found[asked.indexOf(actor)]?.data);
}
