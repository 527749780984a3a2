import { useIsFetching, useIsMutating } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const SHOWN_AFTER_MS = 300;

/** The thin line under the bar that says that something is on its way. */
export function Busy() {
  const { t } = useTranslation("console");
  const under = useIsFetching() + useIsMutating() > 0;
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => { setShown(under); }, under ? SHOWN_AFTER_MS : 0);
    return () => { window.clearTimeout(timer); };
  }, [under]);
  return <div className="busy" role="status" aria-label={shown ? t("busy") : undefined}>{shown && <span />}</div>;
}
