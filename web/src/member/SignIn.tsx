import { api } from "@shared/api/client";
import { Nothing } from "@shared/phone/parts";
import { PhoneSignIn } from "@shared/phone/PhoneSignIn";
import { useTranslation } from "react-i18next";
import { lookAgain } from "./session";

/** Signs a member in to the brand of the address, by the phone they enrolled with. */
export function SignIn({ brand }: { brand: string | null }) {
  const { t } = useTranslation("member");
  const send = api.useMutation("post", "/v1/my/session/codes");
  const enter = api.useMutation("post", "/v1/my/session", { onSuccess: () => lookAgain() });
  if (brand === null) {
    return (
      <main>
        <h1>{t("title")}</h1>
        <Nothing title={t("noBrand")} hint={t("noBrandHint")} />
      </main>
    );
  }
  return (
    <PhoneSignIn
      title={t("title")}
      hint={t("signInHint")}
      ask={async (phone) => (await send.mutateAsync({ body: { brand, phone } })).demo_code}
      enter={({ phone, code }) => enter.mutateAsync({ body: { brand, phone, code, keep: "cookie" } })}
    />
  );
}
