/** Words of customers that several parts of their pages use. */
import type { Schemas } from "@shared/api/client";
import { useTranslation } from "react-i18next";

export type Named = Schemas["NamedOut"];
export type Row = Schemas["CustomerRowOut"];
export type Head = Schemas["HeadOut"];

/** Returns what people call something in the language of the page. */
export function useNamed(): (named: Named) => string {
  const { i18n } = useTranslation();
  return (named) => (i18n.language === "zh-CN" ? named.chinese : named.english);
}

/** Returns the text of a code if there is one, and else the code itself. */
export function useWord(): (group: string, code: string) => string {
  const { t } = useTranslation("customers");
  return (group, code) => t(`${group}.${code.replaceAll(".", "_")}`, { defaultValue: code });
}
