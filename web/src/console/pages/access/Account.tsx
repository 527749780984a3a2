import { api, keepCsrfToken, queries } from "@shared/api/client";
import { LANGUAGES, LANGUAGE_NAMES, type Language, chooseLanguage } from "@shared/i18n";
import { useSession } from "@shared/session";
import { App, Card, Descriptions, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";
import { PasswordForm } from "./PasswordForm";
import { SecondFactor } from "./SecondFactor";
import { OwnSessions } from "./OwnSessions";
import "./access.css";

/** One's own account: password, second factor, sessions, language. */
export default function Account() {
  const { t } = useTranslation("access");
  const { user } = useSession();
  const { message } = App.useApp();
  return (
    <Page title={t("account.title")} hint={t("account.hint")}>
      <Descriptions
        size="small"
        items={[
          { key: "name", label: t("users.name"), children: user.name },
          { key: "shown", label: t("users.shownName"), children: user.shown_name },
        ]}
      />
      <Card title={t("password.title")} className="tight">
        <PasswordForm
          presentLabel={t("password.present")}
          onChanged={(session) => {
            keepCsrfToken(session.csrf_token);
            queries.setQueryData(["get", "/v1/session", {}], session);
            void queries.invalidateQueries({ queryKey: ["get", "/v1/account"] });
            void message.success(t("password.changed"));
          }}
        />
      </Card>
      <SecondFactor />
      <OwnSessions />
      <Words />
    </Page>
  );
}

/** The language in which the console speaks to this person, on every device. */
function Words() {
  const { t, i18n } = useTranslation("access");
  const choose = api.useMutation("put", "/v1/account/language", {
    onSuccess: ({ language }) => void chooseLanguage(language),
  });
  return (
    <Card title={t("account.language")} className="tight">
      <Radio.Group
        aria-label={t("account.language")}
        value={i18n.language}
        disabled={choose.isPending}
        options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one] }))}
        onChange={(event) => { choose.mutate({ body: { language: event.target.value as Language } }); }}
      />
    </Card>
  );
}
