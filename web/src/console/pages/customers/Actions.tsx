import { useAddress } from "@console/brand";
import { AdjustPoints } from "@console/parts/AdjustPoints";
import { Dial } from "@console/parts/Dial";
import { Unmask } from "@console/parts/Unmask";
import { queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Head } from "./words";

/** What can be done for the customer from the top of the page. */
export function Actions({ head }: { head: Head }) {
  const { t } = useTranslation("customers");
  const may = useMay();
  const at = useAddress();
  const navigate = useNavigate();
  const [isOpen, setIsOpen] = useState(false);
  const canAdjust = may("points.adjust") && head.status === "member";
  return (
    <>
      {!head.is_erased && may("customers.dial") && <Dial customerId={head.id} masked={head.phone} />}
      {!head.is_erased && <Unmask customerId={head.id} />}
      <Button size="small" disabled={!canAdjust} title={canAdjust ? undefined : t("cannotAdjust")} onClick={() => { setIsOpen(true); }}>{t("adjustPoints")}</Button>
      {may("identity.read") && (
        <Button size="small" onClick={() => void navigate(at(`identity/persons/${head.person_id}`))}>{t("whyOnePerson")}</Button>
      )}
      <AdjustPoints
        customerId={head.id}
        spendable={head.points?.spendable}
        open={isOpen}
        onClose={() => { setIsOpen(false); }}
        onDone={() => void queries.invalidateQueries()}
      />
    </>
  );
}
