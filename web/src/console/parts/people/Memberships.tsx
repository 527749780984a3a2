import type { Schemas } from "@shared/api/client";
import { count, day, money } from "@shared/format";
import { Flex, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty } from "../Empty";

export type Membership = Schemas["MembershipOut"];

interface Props {
  label: string;
  rows: readonly Membership[];
  empty?: string;
}

/** What somebody is in every brand: card, tier, points, orders. */
export function Memberships({ label, rows, empty }: Props) {
  const { t } = useTranslation("people");
  const tier = useTierName();
  const columns: TableColumnsType<Membership> = [
    {
      title: t("customer"), key: "customer",
      render: (_, one) => (
        <Flex vertical>
          <Link to={`/${encodeURIComponent(one.brand)}/customers/${one.customer_id}`}>{one.name ?? one.customer_id}</Link>
          <Typography.Text type="secondary">{one.brand_name}</Typography.Text>
        </Flex>
      ),
    },
    {
      title: t("status"), key: "status",
      render: (_, one) => (
        <Flex vertical>
          <span>{t(`statuses.${one.status}`)}</span>
          {one.leaving_at !== null && <Typography.Text type="warning">{t("leaving", { at: day(one.leaving_at) })}</Typography.Text>}
        </Flex>
      ),
    },
    { title: t("tier"), key: "tier", render: (_, one) => <>{tier(one)}{one.growth > 0 && <Typography.Text type="secondary"> · {count(one.growth)}</Typography.Text>}</> },
    {
      title: t("points"), key: "points", align: "right",
      render: (_, one) => (
        <Flex vertical align="end">
          <span className="number">{count(one.points.spendable)}</span>
          {one.points.pending > 0 && <Typography.Text type="secondary">{t("pending", { points: count(one.points.pending) })}</Typography.Text>}
          {one.points.held > 0 && <Typography.Text type="warning">{t("held", { points: count(one.points.held) })}</Typography.Text>}
        </Flex>
      ),
    },
    { title: t("orders"), key: "orders", align: "right", render: (_, one) => <span className="number">{t("ordersOf", { count: one.orders })}</span> },
    { title: t("spent"), key: "spent", align: "right", render: (_, one) => <span className="number">{money(one.paid_minor)}</span> },
    { title: t("cards"), key: "cards", render: (_, one) => (one.cards.length === 0 ? t("noCard") : one.cards.map((card, place) => <Tag key={place}>{card}</Tag>)) },
  ];
  return (
    <Table<Membership>
      aria-label={label}
      rowKey="customer_id"
      size="small"
      columns={columns}
      dataSource={[...rows]}
      pagination={false}
      scroll={{ x: "max-content" }}
      locale={{ emptyText: <Empty title={empty} /> }}
    />
  );
}

/** Returns a function that names the tier of a membership in the reader's language. */
export function useTierName(): (one: Membership) => string {
  const { t, i18n } = useTranslation("people");
  return (one) => {
    if (one.tier === null) return t("noTier");
    return (i18n.language === "zh-CN" ? one.tier_names?.zh : one.tier_names?.en) ?? one.tier;
  };
}
