import { api } from "@shared/api/client";
import { Panel } from "@shared/phone/parts";
import { Settings } from "@shared/phone/Settings";
import { useTranslation } from "react-i18next";
import { type Guide, lookAgain } from "./session";

/** Who the guide is, where they work, and the way out. */
export function Me({ session }: { session: Guide }) {
  const { t } = useTranslation("guide");
  const leave = api.useMutation("delete", "/v1/guide/session", { onSettled: () => lookAgain() });
  return (
    <>
      <Panel>
        <h1>{session.staff}</h1>
        <p className="weak">{[session.brand_name, session.store_name].filter(Boolean).join(" · ")}</p>
        <p className="weak">{t("reachHint")}</p>
      </Panel>
      <Settings onSignOut={() => { leave.mutate({}); }} isLeaving={leave.isPending} />
    </>
  );
}
