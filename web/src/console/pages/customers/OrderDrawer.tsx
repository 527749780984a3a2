import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant, money } from "@shared/format";
import { Descriptions, Drawer, Flex, Skeleton, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNamed, useWord } from "./words";

type Whole = Schemas["WholeOrderOut"];

/** An order whole: lines with their discounts, payments, after-sales, and what it earned. */
export function OrderDrawer({ orderId, onClose }: { orderId: string; onClose: () => void }) {
  const { t } = useTranslation("customers");
  const asked = api.useQuery("get", "/v1/orders/{order_id}/whole", { params: { path: { order_id: orderId } } });
  return (
    <Drawer open size="large" title={t("orderTitle", { no: asked.data?.order.order_no ?? "" })} onClose={onClose}>
      {asked.error !== null && <Refused error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.isPending && <Skeleton active />}
      {asked.data !== undefined && <Whole whole={asked.data} />}
    </Drawer>
  );
}

function Whole({ whole }: { whole: Whole }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const { order } = whole;
  return (
    <Flex vertical gap="middle">
      <Descriptions
        column={2}
        size="small"
        items={[
          { key: "status", label: t("state"), children: word("orderStates", order.status) },
          { key: "store", label: t("store"), children: whole.store_name ?? order.store ?? t("unknown") },
          { key: "at", label: t("orderedAt"), children: instant(order.ordered_at) },
          { key: "paidAt", label: t("paidAt"), children: instant(order.paid_at) },
          { key: "list", label: t("listPrice"), children: money(order.list_minor) },
          { key: "off", label: t("discount"), children: money(order.discount_minor) },
          { key: "freight", label: t("freight"), children: money(order.freight_minor) },
          { key: "paid", label: t("paid"), children: <strong>{money(order.paid_minor)}</strong> },
        ]}
      />
      <Lines whole={whole} />
      <Payments whole={whole} />
      <Refunds whole={whole} />
      <Earned whole={whole} />
    </Flex>
  );
}

function Lines({ whole }: { whole: Whole }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  return (
    <Table<Schemas["LineOut"]>
      aria-label={t("lines")}
      rowKey="line_id"
      size="small"
      pagination={false}
      scroll={{ x: "max-content" }}
      dataSource={whole.order.lines}
      columns={[
        { title: t("item"), key: "item", render: (_, line) => line.name ?? line.sku },
        { title: t("quantity"), key: "quantity", align: "right", className: "number", render: (_, line) => count(line.quantity) },
        { title: t("paid"), key: "paid", align: "right", className: "number", render: (_, line) => money(line.paid_minor) },
        { title: t("cameBack"), key: "back", align: "right", className: "number", render: (_, line) => (line.refunded_minor > 0 ? money(line.refunded_minor) : "") },
        {
          title: t("discounts"),
          key: "discounts",
          render: (_, line) => whole.allocations.filter((one) => one.line_id === line.line_id).map((one) => (
            <div key={`${one.kind}:${one.bearer}`}>{t("borne", { amount: money(one.amount_minor), kind: word("discountKinds", one.kind), bearer: word("bearers", one.bearer) })}</div>
          )),
        },
      ]}
    />
  );
}

function Payments({ whole }: { whole: Whole }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  if (whole.order.payments.length === 0) return null;
  return (
    <div className="order-part">
      <Typography.Title level={3}>{t("payments")}</Typography.Title>
      {whole.order.payments.map((one, place) => (
        // Payments have no name of their own; their order never changes.
        <div key={place}>{word("payKinds", one.kind)} {money(one.amount_minor)} <span className="muted">{instant(one.paid_at)}</span></div>
      ))}
    </div>
  );
}

function Refunds({ whole }: { whole: Whole }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  if (whole.order.refunds.length === 0) return null;
  return (
    <div className="order-part">
      <Typography.Title level={3}>{t("refunds")}</Typography.Title>
      {whole.order.refunds.map((one) => (
        <div key={one.id}>
          {word("refundKinds", one.kind)} {money(one.amount_minor)} {word("refundStates", one.status)} <span className="muted">{instant(one.refunded_at)}</span>
        </div>
      ))}
    </div>
  );
}

function Earned({ whole }: { whole: Whole }) {
  const { t } = useTranslation("customers");
  const named = useNamed();
  const word = useWord();
  return (
    <div className="order-part">
      <Typography.Title level={3}>{t("earned")}</Typography.Title>
      {whole.earned.length === 0 && <Typography.Text type="secondary">{t("earnedNothing")}</Typography.Text>}
      {whole.earned.map((one) => (
        <div key={one.asset}>
          <strong>{word("assets", one.asset)} {count(one.granted)}</strong>
          {one.clawed > 0 && <span> {t("clawed", { amount: count(one.clawed) })}</span>}
          <ul>
            {one.shares.map((share) => (
              <li key={share.rule.code}>{t("share", { rule: named(share.rule), base: money(share.base_minor), amount: count(share.amount) })}</li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
