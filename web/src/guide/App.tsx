import { Nobody } from "@shared/phone/Nobody";
import { Tabs } from "@shared/phone/Tabs";
import { AppOutline, UserOutline } from "antd-mobile-icons";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { Route, Routes } from "react-router";
import { Me } from "./Me";
import { useGuide } from "./session";
import { SignIn } from "./SignIn";

const Mine = lazy(() => import("./Mine"));
const Card = lazy(() => import("./Card"));

/** The guide's workbench: who is this customer, what do they like, call them. */
export function App() {
  const { t } = useTranslation("guide");
  const guide = useGuide();
  const tabs = [
    { path: "/", title: t("customers"), icon: <AppOutline /> },
    { path: "/me", title: t("me"), icon: <UserOutline /> },
  ];
  return (
    <Nobody session={guide} signIn={<SignIn />}>
      {(session) => (
        <Tabs title={t("title")} tabs={tabs}>
          <Routes>
            <Route path="/" element={<Mine />} />
            <Route path="/customers/:customerId" element={<Card />} />
            <Route path="*" element={<Me session={session} />} />
          </Routes>
        </Tabs>
      )}
    </Nobody>
  );
}
