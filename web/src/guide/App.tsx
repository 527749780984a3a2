import { useTranslation } from "react-i18next";

/** The app on a phone. */
export function App() {
  const { t } = useTranslation("guide");
  return <h1>{t("title")}</h1>;
}
