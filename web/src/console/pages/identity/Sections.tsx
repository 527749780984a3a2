import { useAddress } from "@console/brand";
import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

const SECTIONS = ["identity", "identity/reviews", "identity/history", "identity/policy"] as const;
type Section = (typeof SECTIONS)[number];

/** The pages of identity that are reached from one another. */
export function Sections({ current }: { current: Section }) {
  const { t } = useTranslation("identity");
  const at = useAddress();
  const navigate = useNavigate();
  const names: Readonly<Record<Section, string>> = {
    identity: t("title"),
    "identity/reviews": t("queue"),
    "identity/history": t("history"),
    "identity/policy": t("policy"),
  };
  return (
    <Tabs
      activeKey={current}
      items={SECTIONS.map((key) => ({ key, label: names[key] }))}
      onChange={(key) => void navigate(at(key))}
    />
  );
}
