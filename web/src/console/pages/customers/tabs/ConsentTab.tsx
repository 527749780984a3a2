import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { TabProps } from "../Customer";
import { useWord } from "../words";

type Agreed = Schemas["AgreedOut"];

/** What the customer's data may be used for today, purpose by purpose, and why. */
export function ConsentTab({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const word = useWord();
  return (
    <Table<Agreed>
      aria-label={t("tabs.consents")}
      rowKey="purpose"
      size="middle"
      pagination={false}
      dataSource={head.consents}
      columns={[
        { title: t("purpose"), key: "purpose", render: (_, one) => word("purposes", one.purpose) },
        { title: t("today"), key: "today", render: (_, one) => <Tag color={one.is_permitted ? "success" : "error"}>{one.is_permitted ? t("allowed") : t("notAllowed")}</Tag> },
        { title: t("because"), key: "because", render: (_, one) => because(one) },
      ]}
    />
  );

  function because(one: Agreed): string {
    if (!one.is_permitted) return word("refusals", one.refusal ?? "");
    if (one.policy_version === null) return t("byMembership");
    return t("agreedTo", { version: one.policy_version, at: day(one.since) });
  }
}
