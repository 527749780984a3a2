import { Nobody } from "@shared/phone/Nobody";
import { Tabs } from "@shared/phone/Tabs";
import { BankcardOutline, GiftOutline, LockOutline } from "antd-mobile-icons";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { Route, Routes, useLocation } from "react-router";
import { OtherBrand } from "./OtherBrand";
import { useMember } from "./session";
import { SignIn } from "./SignIn";

const Card = lazy(() => import("./Card"));
const Points = lazy(() => import("./Points"));
const MyData = lazy(() => import("./MyData"));

/** The member centre: my card, my points and why, my data; each brand has an address of its own. */
export function App() {
  const { t } = useTranslation("member");
  const { pathname } = useLocation();
  const member = useMember();
  const named = pathname.split("/")[1] ?? "";
  const brand = named === "" ? null : decodeURIComponent(named);
  return (
    <Nobody session={member} signIn={<SignIn brand={brand} />}>
      {(session) => {
        if (brand !== null && brand !== session.brand) return <OtherBrand session={session} />;
        const home = `/${encodeURIComponent(session.brand)}`;
        const tabs = [
          { path: home, title: t("card"), icon: <BankcardOutline /> },
          { path: `${home}/points`, title: t("points"), icon: <GiftOutline /> },
          { path: `${home}/data`, title: t("data"), icon: <LockOutline /> },
        ];
        return (
          <Tabs title={t("title")} tabs={tabs}>
            <Routes>
              <Route path="/:brand/points" element={<Points zone={session.time_zone} />} />
              <Route path="/:brand/data" element={<MyData />} />
              <Route path="*" element={<Card zone={session.time_zone} />} />
            </Routes>
          </Tabs>
        );
      }}
    </Nobody>
  );
}
