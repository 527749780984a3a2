import { ConfigProvider } from "antd";
import type { Locale } from "antd/es/locale";
import { type ReactNode, Suspense, use, useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "./i18n";
import { tokensOf, useLook } from "./look";
import { styleNonce } from "./nonce";

const LOCALES: Record<Language, () => Promise<{ default: Locale }>> = {
  "zh-CN": () => import("antd/es/locale/zh_CN"),
  "en-US": () => import("antd/es/locale/en_US"),
};
const fetched = new Map<Language, Promise<Locale>>();

function localeOf(language: Language): Promise<Locale> {
  const known = fetched.get(language);
  if (known !== undefined) return known;
  const asked = LOCALES[language]().then((module) => module.default);
  fetched.set(language, asked);
  return asked;
}

/** Gives everything below the chosen look and the words of the chosen language. */
export function Looks({ children }: { children: ReactNode }) {
  return (
    <Suspense fallback={null}>
      <Dressed>{children}</Dressed>
    </Suspense>
  );
}

function Dressed({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation("common");
  const look = useLook();
  const locale = use(localeOf(i18n.language as Language));
  useEffect(() => {
    document.documentElement.dataset.look = look;
  }, [look]);
  return (
    <ConfigProvider
      csp={{ nonce: styleNonce() }}
      locale={locale}
      theme={tokensOf(look)}
      button={{ autoInsertSpace: false }}
    >
      {children}
    </ConfigProvider>
  );
}
