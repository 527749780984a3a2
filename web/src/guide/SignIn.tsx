import { api } from "@shared/api/client";
import { PhoneSignIn } from "@shared/phone/PhoneSignIn";
import { useTranslation } from "react-i18next";
import { lookAgain } from "./session";

/** Signs a guide in by the phone that the shop keeps of them. */
export function SignIn() {
  const { t } = useTranslation("guide");
  const send = api.useMutation("post", "/v1/guide/session/codes");
  const enter = api.useMutation("post", "/v1/guide/session", { onSuccess: () => lookAgain() });
  return (
    <PhoneSignIn
      title={t("title")}
      hint={t("signInHint")}
      ask={async (phone) => (await send.mutateAsync({ body: { phone } })).demo_code}
      enter={({ phone, code }) => enter.mutateAsync({ body: { phone, code, keep: "cookie" } })}
    />
  );
}
