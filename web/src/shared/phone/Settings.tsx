import { Button, List } from "antd-mobile";
import { useTranslation } from "react-i18next";
import { LANGUAGE_NAMES, type Language, chooseLanguage } from "../i18n";
import { Panel } from "./parts";

/** What somebody sets of their own: the language, and leaving. */
export function Settings({ onSignOut, isLeaving }: { onSignOut: () => void; isLeaving: boolean }) {
  const { t, i18n } = useTranslation("phone");
  const next: Language = i18n.language === "zh-CN" ? "en-US" : "zh-CN";
  return (
    <Panel>
      <List>
        <List.Item extra={LANGUAGE_NAMES[next]} onClick={() => void chooseLanguage(next)}>{t("language")}</List.Item>
      </List>
      <Button block color="danger" fill="outline" loading={isLeaving} onClick={onSignOut}>{t("signOut")}</Button>
    </Panel>
  );
}
