/** The words that the server tells in both languages. */
import type { Schemas } from "@shared/api/client";
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
