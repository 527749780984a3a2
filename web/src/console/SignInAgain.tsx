import { type Schemas, keepCsrfToken, queries, readRefusedAgain } from "@shared/api/client";
import { useSession } from "@shared/session";
import { Button, Flex, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Door, SESSION } from "./SignIn";

/** Asks for the password above the page when the session ended, so that nothing typed there is lost. */
export function SignInAgain() {
  const { t } = useTranslation("access");
  const { user } = useSession();
  const enter = (opened: Schemas["SessionOut"]) => {
    keepCsrfToken(opened.csrf_token);
    queries.setQueryData(SESSION, opened);
    if (opened.user.id === user.id) readRefusedAgain();
  };
  return (
    <Modal open title={t("signIn.againTitle")} closable={false} keyboard={false} mask={{ closable: false }} footer={null}>
      <Flex vertical gap="middle">
        <Typography.Text>{t("signIn.againHint", { name: user.shown_name })}</Typography.Text>
        <Door name={user.name} onEntered={enter} />
        <Button type="link" onClick={() => { window.location.assign("/console/"); }}>{t("mustChange.leave")}</Button>
      </Flex>
    </Modal>
  );
}
