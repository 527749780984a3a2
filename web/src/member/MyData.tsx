import { api, callHeaders, download, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { day } from "@shared/format";
import { Answered, Panel } from "@shared/phone/parts";
import { Settings } from "@shared/phone/Settings";
import { useRefusalText } from "@shared/refusalText";
import { Button, Dialog, List, Switch, Toast } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSignOut } from "./session";

type Consent = Schemas["MyConsentOut"];

/** What the member decides of their own data. */
export default function MyData() {
  const { t } = useTranslation("member");
  const { leave, isLeaving } = useSignOut();
  return (
    <>
      <h1>{t("data")}</h1>
      <Consents />
      <Copy />
      <Exit />
      <Settings onSignOut={leave} isLeaving={isLeaving} />
    </>
  );
}

function useSayRefused() {
  const say = useRefusalText();
  return (error: unknown) => {
    Toast.show({ icon: "fail", content: say(error instanceof Refusal ? error : new Refusal(500, {})) });
  };
}

function Consents() {
  const { t } = useTranslation("member");
  const consents = api.useQuery("get", "/v1/my/consents");
  return (
    <Panel title={t("consents")}>
      <Answered query={consents}>
        {({ items }) => (
          <List>
            {items.map((one) => <ConsentRow key={one.purpose} consent={one} onDone={() => void consents.refetch()} />)}
          </List>
        )}
      </Answered>
    </Panel>
  );
}

/** One purpose: a consent shows the text it agrees to; taking it back says what ends. */
function ConsentRow({ consent, onDone }: { consent: Consent; onDone: () => void }) {
  const { t } = useTranslation("member");
  const refused = useSayRefused();
  const decide = api.useMutation("post", "/v1/my/consents", { onSuccess: onDone, onError: refused });
  const name = t(`purposes.${consent.purpose}`);
  const state = useConsentState(consent);
  const change = async (agrees: boolean) => {
    const agreed = await Dialog.confirm({
      title: name,
      content: agrees ? <pre>{consent.current_text ?? t("noText")}</pre> : t(`withdrawn.${consent.purpose}`),
      confirmText: agrees ? t("agree") : t("withdraw"),
    });
    if (!agreed) return;
    decide.mutate({
      params: { header: { "Idempotency-Key": newKey() } },
      body: { purpose: consent.purpose, agrees, policy_version: agrees ? (consent.current_version ?? "") : "" },
    });
  };
  const possible = consent.agreed || consent.current_version !== null;
  return (
    <List.Item
      description={state}
      extra={
        <Switch
          aria-label={name}
          checked={consent.agreed}
          disabled={!possible || consent.purpose === "service"}
          loading={decide.isPending}
          onChange={(agrees) => void change(agrees)}
        />
      }
    >
      {name}
    </List.Item>
  );
}

/** Says where a consent stands: some come with the membership, without a day of their own. */
function useConsentState(consent: Consent): string {
  const { t } = useTranslation("member");
  if (!consent.agreed) return consent.current_version === null ? t("noText") : t("notAgreed");
  return consent.since === null ? t("withMembership") : t("agreedSince", { day: day(consent.since) });
}

function Copy() {
  const { t } = useTranslation("member");
  const refused = useSayRefused();
  const [under, setUnder] = useState(false);
  const take = async () => {
    setUnder(true);
    try {
      await download("/v1/my/copies", t("copyFile"), {
        method: "POST",
        headers: { ...callHeaders(), "Idempotency-Key": newKey() },
      });
    } catch (error) {
      refused(error);
    } finally {
      setUnder(false);
    }
  };
  return (
    <Panel title={t("copy")}>
      <p className="weak">{t("copyHint")}</p>
      <Button block loading={under} onClick={() => void take()}>{t("copyTake")}</Button>
    </Panel>
  );
}

function Exit() {
  const { t } = useTranslation("member");
  const refused = useSayRefused();
  const card = api.useQuery("get", "/v1/my/card");
  const again = { onSuccess: () => void card.refetch(), onError: refused };
  const leave = api.useMutation("post", "/v1/my/exit", again);
  const stay = api.useMutation("delete", "/v1/my/exit", again);
  const key = () => ({ params: { header: { "Idempotency-Key": newKey() } } });
  const ask = async () => {
    const agreed = await Dialog.confirm({ title: t("exit"), content: t("exitConsequence"), confirmText: t("exitConfirm") });
    if (agreed) leave.mutate(key());
  };
  const leaving = card.data?.leaves_at ?? null;
  return (
    <Panel title={t("exit")}>
      {leaving === null ? (
        <>
          <p className="weak">{t("exitHint")}</p>
          <Button block color="danger" fill="outline" loading={leave.isPending} onClick={() => void ask()}>{t("exitAsk")}</Button>
        </>
      ) : (
        <>
          <p>{t("leavesAt", { day: day(leaving) })}</p>
          <Button block loading={stay.isPending} onClick={() => { stay.mutate(key()); }}>{t("stay")}</Button>
        </>
      )}
    </Panel>
  );
}
