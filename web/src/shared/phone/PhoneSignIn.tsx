import { Button, Input, NoticeBar } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RefusedBlock } from "./parts";

interface Given {
  phone: string;
  code: string;
}

interface Props {
  title: string;
  hint: string;
  /** Sends a code; the demo answers it, as it sends no messages. */
  ask: (phone: string) => Promise<string | null>;
  enter: (given: Given) => Promise<unknown>;
}

/** Signs somebody in by a code that is sent to their phone. */
export function PhoneSignIn({ title, hint, ask, enter }: Props) {
  const { t } = useTranslation("phone");
  const [given, setGiven] = useState<Given>({ phone: "", code: "" });
  const [said, setSaid] = useState<string | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const [under, setUnder] = useState<"ask" | "enter" | null>(null);
  const run = async (what: "ask" | "enter", work: () => Promise<void>) => {
    setUnder(what);
    setRefused(null);
    try {
      await work();
    } catch (error) {
      setRefused(error);
    } finally {
      setUnder(null);
    }
  };
  const phone = given.phone.trim();
  const send = () =>
    run("ask", async () => {
      const code = await ask(phone);
      setSaid(code === null ? t("sent") : t("demoCode", { code }));
    });
  const signIn = () => run("enter", async () => { await enter({ phone, code: given.code.trim() }); });
  return (
    <main>
      <h1>{title}</h1>
      <p className="weak">{hint}</p>
      <form className="panel" onSubmit={(event) => { event.preventDefault(); void signIn(); }}>
        <label htmlFor="phone">{t("phone")}</label>
        <div className="row field">
          <Input
            id="phone" type="tel" autoComplete="tel" placeholder={t("phoneHint")} value={given.phone}
            onChange={(typed) => { setGiven({ ...given, phone: typed }); }}
          />
          <Button size="small" disabled={phone === ""} loading={under === "ask"} onClick={() => void send()}>
            {said === null ? t("send") : t("sendAgain")}
          </Button>
        </div>
        <label htmlFor="code">{t("code")}</label>
        <div className="field">
          <Input
            id="code" inputMode="numeric" autoComplete="one-time-code" placeholder={t("codeHint")} value={given.code}
            onChange={(typed) => { setGiven({ ...given, code: typed }); }}
          />
        </div>
        <Button
          block type="submit" color="primary" disabled={phone === "" || given.code.trim() === ""} loading={under === "enter"}
        >
          {t("enter")}
        </Button>
      </form>
      {said !== null && <NoticeBar color="info" content={said} wrap />}
      {refused !== null && <RefusedBlock error={refused} />}
    </main>
  );
}
