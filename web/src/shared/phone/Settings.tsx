import { Button, List } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { wishedLook } from "../chosenLook";
import { LANGUAGE_NAMES, type Language, chooseLanguage } from "../i18n";
import { chooseLook } from "./look";
import { Panel } from "./parts";

const LOOKS = ["light", "dark", "device"] as const;

/** What somebody sets of their own: the language, light or dark, and leaving. */
export function Settings({ onSignOut, isLeaving }: { onSignOut: () => void; isLeaving: boolean }) {
  const { t } = useTranslation("phone");
  const next = useNextLanguage();
  return (
    <Panel>
      <List>
        <List.Item extra={LANGUAGE_NAMES[next]} onClick={() => void chooseLanguage(next)}>{t("language")}</List.Item>
        <List.Item description={<Looks />}>{t("look")}</List.Item>
      </List>
      <Button block color="danger" fill="outline" loading={isLeaving} onClick={onSignOut}>{t("signOut")}</Button>
    </Panel>
  );
}

/** The way to the other language, in its own words, for whoever is not signed in yet. */
export function LanguageLink() {
  const { t } = useTranslation("phone");
  const next = useNextLanguage();
  return (
    <Button size="small" fill="none" color="primary" aria-label={`${LANGUAGE_NAMES[next]} \u00b7 ${t("language")}`} onClick={() => void chooseLanguage(next)}>
      {LANGUAGE_NAMES[next]}
    </Button>
  );
}

function useNextLanguage(): Language {
  const { i18n } = useTranslation("phone");
  return i18n.language === "zh-CN" ? "en-US" : "zh-CN";
}

function Looks() {
  const { t } = useTranslation("phone");
  const [wished, setWished] = useState(wishedLook);
  return (
    <div className="wrap" role="group" aria-label={t("look")}>
      {LOOKS.map((one) => (
        <Button
          key={one} size="small" aria-pressed={one === wished} color={one === wished ? "primary" : "default"}
          onClick={() => { chooseLook(one); setWished(one); }}
        >
          {t(`looks.${one}`)}
        </Button>
      ))}
    </div>
  );
}
