import { useBrand } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { Card, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { Changes } from "./PolicyChanges";
import { type Policy, changesOf } from "./policyForm";

type Version = Schemas["IdentityPolicyOut"];

/** The policies that were in effect, the newest first, with what each says otherwise than today's. */
export function PolicyVersions({ current }: { current: Policy }) {
  const { t } = useTranslation("identity");
  const { code: brand } = useBrand();
  const listing = api.useInfiniteQuery("get", "/v1/brands/{brand}/identity/policy/versions", { params: { path: { brand }, query: { limit: 20 } } }, BY_CURSOR);
  const columns: TableColumnsType<Version> = [
    { title: t("policyPage.versions"), key: "version", render: (_, one) => t("policyPage.version", { version: one.version }) },
    { title: t("journal.when"), key: "when", render: (_, one) => instant(one.recorded_at) },
    { title: t("journal.who"), key: "who", render: (_, one) => <Actor id={one.actor} /> },
    { title: t("journal.why"), dataIndex: "reason", key: "why", className: "free-text" },
  ];
  return (
    <Card title={t("policyPage.versions")}>
      <DataTable<Version>
        label={t("policyPage.versions")}
        listing={listing}
        rowKey="version"
        size="small"
        columns={columns}
        expandable={{
          expandedRowRender: (one) => <Changes changes={changesOf(current, one.document)} />,
          rowExpandable: (one) => changesOf(current, one.document).length > 0,
        }}
        empty={<Empty title={t("policyPage.versionsNone")} />}
      />
    </Card>
  );
}
