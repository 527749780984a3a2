import { useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { day, lastDayOf } from "@shared/format";
import { Card, Flex, Skeleton, Table } from "antd";
import { useTranslation } from "react-i18next";
import type { TabProps } from "../Customer";
import { useWord } from "../words";

/** Who looks after the customer, and what belongs to them; what is said of it stays sealed. */
export function CareTab({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const zone = useBrand().time_zone;
  const care = api.useQuery("get", "/v1/customers/{customer_id}/care", { params: { path: { customer_id: head.id } } });
  if (care.error !== null) return <Refused error={care.error} onRetry={() => void care.refetch()} />;
  if (care.data === undefined) return <Skeleton active />;
  return (
    <Flex vertical gap="middle">
      <Card size="small" title={t("careNow")}>
        <Table<Schemas["LookingAfterOut"]>
          aria-label={t("careNow")}
          rowKey={(one) => `${one.kind}:${one.staff ?? ""}:${one.since}`}
          size="small"
          pagination={false}
          dataSource={head.care}
          locale={{ emptyText: <Empty title={t("nobodyCares")} /> }}
          columns={[
            { title: t("relation"), key: "kind", render: (_, one) => word("relations", one.kind) },
            { title: t("staffOrStore"), key: "who", render: (_, one) => one.staff_name ?? one.staff ?? one.store ?? "" },
            { title: t("since"), key: "since", render: (_, one) => day(one.since) },
            { title: t("lockUntil"), key: "lock", render: (_, one) => (one.lock_until === null ? "" : lastDayOf(one.lock_until, zone)) },
          ]}
        />
      </Card>
      <Card size="small" title={t("belongings")}>
        <Table<Schemas["BelongingOut"]>
          aria-label={t("belongings")}
          rowKey="id"
          size="small"
          pagination={false}
          dataSource={care.data.belongings}
          locale={{ emptyText: <Empty title={t("noBelongings")} /> }}
          columns={[
            { title: t("kind"), key: "kind", render: (_, one) => word("belongingKinds", one.kind) },
            { title: t("guardian"), key: "guardian", render: (_, one) => (one.has_guardian_consent ? t("yes") : "") },
            { title: t("known"), key: "known", render: (_, one) => day(one.recorded_at) },
          ]}
        />
      </Card>
    </Flex>
  );
}
