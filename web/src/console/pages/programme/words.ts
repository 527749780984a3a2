/** The words that the server tells in both languages, and who did something. */
import type { Schemas } from "@shared/api/client";
import { useSession } from "@shared/session";
import { useTranslation } from "react-i18next";

export type Words = Schemas["ProgrammeWordsOut"];
export type Difference = Schemas["ProgrammeDifferenceOut"];
export type Problem = Schemas["ProgrammeProblemOut"];
export type Told = Schemas["ProgrammeToldOut"];
export type Version = Schemas["ProgrammeVersionOut"];
export type Programme = Schemas["Programme"];
export type Rule = Schemas["EarningRule"];
export type Tier = Schemas["Tier"];
export type ReturnWindow = Schemas["ReturnWindow"];
export type DraftShown = Schemas["DraftOut"];

/** Returns a function that says words in the language of the page. */
export function useSay(): (words: { zh: string; en: string } | undefined) => string {
  const { i18n } = useTranslation();
  return (words) => (words === undefined ? "" : i18n.language === "zh-CN" ? words.zh : words.en);
}

const HAND = "cli:";
const KEY = "key_";
const USER = "usr_";

/** Returns a function that names who did something: oneself, a program, or the command line. */
export function useWho(): (actor: string | null) => string {
  const { t } = useTranslation("programme");
  const { user } = useSession();
  return (actor) => {
    if (actor === null || actor === "") return "—";
    if (actor === user.id) return t("who.me", { name: user.shown_name });
    if (actor.startsWith(HAND)) return t("who.hand", { name: actor.slice(HAND.length) });
    if (actor.startsWith(KEY)) return t("who.key", { id: actor.slice(-4) });
    return actor.startsWith(USER) ? t("who.user", { id: actor.slice(-4) }) : actor;
  };
}
