import { Panel } from "@shared/phone/parts";
import { Button } from "antd-mobile";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Member, useSignOut } from "./session";

/** Says that the link is of another brand than the one somebody is a member of here. */
export function OtherBrand({ session }: { session: Member }) {
  const { t } = useTranslation("member");
  const navigate = useNavigate();
  const { leave, isLeaving } = useSignOut();
  const brand = session.brand_name;
  return (
    <div className="phone">
      <main>
        <h1>{t("otherBrand")}</h1>
        <Panel>
          <p>{t("otherBrandHint", { brand })}</p>
          <p><Button block color="primary" loading={isLeaving} onClick={leave}>{t("otherBrandEnter")}</Button></p>
          <Button block onClick={() => void navigate(`/${encodeURIComponent(session.brand)}`)}>{t("otherBrandBack", { brand })}</Button>
        </Panel>
      </main>
    </div>
  );
}
