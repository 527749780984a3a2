/** Chinese first, English on request; each namespace is a file that is fetched when it is needed. */
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "zh-CN" | "en-US";
export const LANGUAGES: readonly Language[] = ["zh-CN", "en-US"];

/** Each language in its own words, so that whoever reads only that one finds it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { "zh-CN": "\u4e2d\u6587", "en-US": "English" };

const KEPT = "huitong.language";
const files = import.meta.glob<{ default: object }>("../locales/*/*.json");

/** Returns the language that this browser was set to; Chinese when nothing was chosen. */
export function chosenLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  return LANGUAGES.find((language) => language === kept) ?? "zh-CN";
}

/** Shows everything in another language from now on. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await i18next.changeLanguage(language);
  settle(language);
}

function settle(language: Language): void {
  document.documentElement.lang = language;
  dayjs.locale(language === "zh-CN" ? "zh-cn" : "en");
}

const fetched = {
  type: "backend" as const,
  init: () => undefined,
  read(language: string, namespace: string, done: (error: unknown, texts: object | null) => void) {
    const load = files[`../locales/${language}/${namespace}.json`];
    if (load === undefined) {
      done(new Error(`No texts of ${namespace} in ${language}.`), null);
      return;
    }
    load().then(
      (module) => { done(null, module.default); },
      (error: unknown) => { done(error, null); },
    );
  },
};

/** Makes the texts ready; `namespaces` are fetched before the first page shows. */
export async function startTexts(namespaces: readonly string[]): Promise<void> {
  const language = chosenLanguage();
  settle(language);
  await i18next
    .use(fetched)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      ns: [...namespaces],
      defaultNS: namespaces[0] ?? "common",
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
      returnNull: false,
      // A text that is not there shows as one, so that people and tests see it.
      parseMissingKeyHandler: (key, given) => given ?? `\u27e6${key}\u27e7`,
    });
}
