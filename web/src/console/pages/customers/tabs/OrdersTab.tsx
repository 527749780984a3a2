import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant, money } from "@shared/format";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { TabProps } from "../Customer";
import { placed } from "../place";
import { useWord } from "../words";

type Order = Schemas["OrderOut"];

/** What the customer bought, the latest first; each order opens beside. */
export function OrdersTab({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const [, setQuery] = useSearchParams();
  const orders = api.useInfiniteQuery(
    "get", "/v1/customers/{customer_id}/orders", { params: { path: { customer_id: head.id }, query: { limit: 20 } } }, BY_CURSOR,
  );
  const returned = (order: Order) => order.lines.reduce((sum, line) => sum + line.refunded_minor, 0);
  const items = (order: Order) => {
    const [first] = order.lines;
    if (first === undefined) return "";
    const pieces = order.lines.reduce((sum, line) => sum + line.quantity, 0);
    const name = first.name ?? first.sku;
    return pieces > 1 ? t("andMore", { name, count: pieces, shown: count(pieces) }) : name;
  };
  return (
    <DataTable<Order>
      label={t("tabs.orders")}
      listing={orders}
      rowKey="id"
      empty={<Empty title={t("noOrders")} />}
      columns={[
        {
          title: t("orderNo"),
          key: "no",
          render: (_, order) => <Button type="link" size="small" onClick={() => { setQuery((before) => placed(before, { tab: "orders", order: order.id })); }}>{order.order_no}</Button>,
        },
        { title: t("orderedAt"), key: "at", render: (_, order) => instant(order.ordered_at) },
        { title: t("item"), key: "item", className: "free-text", render: (_, order) => items(order) },
        { title: t("state"), key: "state", render: (_, order) => word("orderStates", order.status) },
        { title: t("store"), key: "store", render: (_, order) => order.store_name ?? order.store ?? "" },
        { title: t("paid"), key: "paid", align: "right", className: "number", render: (_, order) => money(order.paid_minor) },
        { title: t("cameBack"), key: "back", align: "right", className: "number", render: (_, order) => (returned(order) > 0 ? money(returned(order)) : "") },
      ]}
    />
  );
}
