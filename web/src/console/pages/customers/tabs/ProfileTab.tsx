import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { Card, Flex, Skeleton, Table, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { TabProps } from "../Customer";
import { useWord } from "../words";

/** By which names somebody is known, and which source leads for each field of the profile. */
export function ProfileTab({ head }: TabProps) {
  return (
    <Flex vertical gap="middle">
      <Names head={head} />
      <Sources customerId={head.id} />
    </Flex>
  );
}

function Names({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const word = useWord();
  return (
    <Card size="small" title={t("identifiers")}>
      <Table<Schemas["NameOut"]>
        aria-label={t("identifiers")}
        rowKey={(one) => `${one.kind}:${one.scope}:${one.masked}`}
        size="small"
        pagination={false}
        dataSource={head.identifiers}
        locale={{ emptyText: <Empty title={t("none")} /> }}
        columns={[
          { title: t("kind"), key: "kind", render: (_, one) => word("identifierKinds", one.kind) },
          { title: t("maskedValue"), key: "value", render: (_, one) => one.masked },
          { title: t("scope"), key: "scope", render: (_, one) => one.scope },
          { title: t("verified"), key: "verified", render: (_, one) => <Tag color={one.verified ? "success" : "default"}>{one.verified ? t("yes") : t("no")}</Tag> },
        ]}
      />
    </Card>
  );
}

/** A value as the server tells it: codes get their words, what is counted its unit. */
function useValue(): (one: Schemas["ProfileFieldOut"]) => ReactNode {
  const { t } = useTranslation("customers");
  const word = useWord();
  return (one) => {
    if (one.value === null) return <Typography.Text type="secondary">{t("saidUnknown")}</Typography.Text>;
    if (one.field === "gender") return word("genders", one.value);
    if (one.field === "tags" || one.field === "attributes") return t("parts", { count: Number(one.value) });
    return one.is_masked ? <>{one.value} <Typography.Text type="secondary">{t("masked")}</Typography.Text></> : one.value;
  };
}

function Sources({ customerId }: { customerId: string }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const valueOf = useValue();
  const profile = api.useQuery("get", "/v1/customers/{customer_id}/profile", { params: { path: { customer_id: customerId } } });
  if (profile.error !== null) return <Refused error={profile.error} onRetry={() => void profile.refetch()} />;
  if (profile.data === undefined) return <Skeleton active />;
  return (
    <>
      <Card size="small" title={t("leading")}>
        <Table<Schemas["ProfileFieldOut"]>
          aria-label={t("leading")}
          rowKey="field"
          size="small"
          pagination={false}
          dataSource={profile.data.fields}
          locale={{ emptyText: <Empty title={t("nothingSaid")} /> }}
          columns={[
            { title: t("field"), key: "field", render: (_, one) => word("fields", one.field) },
            { title: t("value"), key: "value", render: (_, one) => valueOf(one) },
            { title: t("source"), key: "source", render: (_, one) => word("sources", one.source) },
            { title: t("at"), key: "at", render: (_, one) => instant(one.told_at) },
          ]}
        />
      </Card>
      <Card size="small" title={t("said")}>
        <Table<Schemas["ToldOut"]>
          aria-label={t("said")}
          rowKey="statement_id"
          size="small"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={profile.data.told}
          locale={{ emptyText: <Empty title={t("nothingSaid")} /> }}
          columns={[
            { title: t("at"), key: "at", render: (_, one) => instant(one.told_at) },
            { title: t("source"), key: "source", render: (_, one) => <>{word("sources", one.source)}{one.actor !== null && one.actor !== "" && <> · <Actor id={one.actor} /></>}</> },
            { title: t("ofFields"), key: "fields", render: (_, one) => one.fields.map((field) => word("fields", field)).join(", ") },
            { title: t("reason"), key: "reason", className: "free-text", render: (_, one) => one.reason ?? "" },
            { title: t("counts"), key: "counts", render: (_, one) => <Tag color={one.counts ? "success" : "default"}>{one.counts ? t("yes") : t("no")}</Tag> },
          ]}
        />
      </Card>
    </>
  );
}
