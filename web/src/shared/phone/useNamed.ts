import { useTranslation } from "react-i18next";

interface Named {
  chinese: string;
  english: string;
}

/** Returns a function that says a name of data in the language of the reader. */
export function useNamed(): (named: Named) => string {
  const { i18n } = useTranslation();
  return (named) => (i18n.language === "zh-CN" ? named.chinese : named.english);
}
