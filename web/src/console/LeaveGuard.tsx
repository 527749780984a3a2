import { Modal, Typography } from "antd";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBlocker } from "react-router";
import { type Guard, GuardContext, loses } from "./unsaved";

/** Stands before every step of the app that would lose what somebody is editing, and asks. */
export function LeaveGuard({ children }: { children: ReactNode }) {
  const { t } = useTranslation("common");
  const held = useRef(new Map<symbol, readonly string[]>());
  const [wanted, setWanted] = useState<(() => void) | null>(null);
  const blocker = useBlocker(({ currentLocation, nextLocation }) =>
    [...held.current.values()].some((turns) => loses(turns, currentLocation, nextLocation)),
  );
  const guard = useMemo<Guard>(() => ({
    hold: (turns) => {
      const key = Symbol("edited");
      held.current.set(key, turns);
      return () => { held.current.delete(key); };
    },
    ask: (act) => { setWanted(() => act); },
    askForAll: (act) => {
      if (held.current.size === 0) act();
      else setWanted(() => () => {
        held.current.clear();
        act();
      });
    },
  }), []);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (held.current.size > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => { window.removeEventListener("beforeunload", ask); };
  }, []);
  const stay = () => {
    setWanted(null);
    if (blocker.state === "blocked") blocker.reset();
  };
  const go = () => {
    setWanted(null);
    wanted?.();
    if (blocker.state === "blocked") blocker.proceed();
  };
  return (
    <GuardContext value={guard}>
      {children}
      <Modal
        open={wanted !== null || blocker.state === "blocked"}
        title={t("unsaved.title")}
        okText={t("unsaved.leave")}
        okButtonProps={{ danger: true }}
        cancelText={t("unsaved.stay")}
        cancelButtonProps={{ autoFocus: true }}
        onOk={go}
        onCancel={stay}
      >
        <Typography.Text>{t("unsaved.hint")}</Typography.Text>
      </Modal>
    </GuardContext>
  );
}
