import { useBrand } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { ReverseAdjustment } from "@console/parts/ReverseAdjustment";
import { Why } from "@console/parts/Why";
import { Actor } from "@console/parts/actors/Actor";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, day, instant, lastDayOf, money, movement } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Flex, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import type { TabProps } from "../Customer";
import { placed } from "../place";
import { useNamed, useWord } from "../words";

type Movement = Schemas["MovementOut"];
type Lot = Schemas["LotOut"];

/** The lots that points consist of, and every movement with its reason. */
export function PointsTab({ head }: TabProps) {
  return (
    <Flex vertical gap="middle">
      <Lots customerId={head.id} />
      <Movements customerId={head.id} />
    </Flex>
  );
}

function Lots({ customerId }: { customerId: string }) {
  const { t } = useTranslation("customers");
  const zone = useBrand().time_zone;
  const lots = api.useQuery("get", "/v1/customers/{customer_id}/points/lots", { params: { path: { customer_id: customerId } } });
  if (lots.error !== null) return <Refused error={lots.error} onRetry={() => void lots.refetch()} />;
  return (
    <Card size="small" title={t("lots")}>
      <Table<Lot>
        aria-label={t("lots")}
        rowKey="id"
        size="small"
        loading={lots.isPending}
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={lots.data?.items ?? []}
        locale={{ emptyText: <Empty title={t("noLots")} /> }}
        columns={[
          { title: t("remaining"), key: "remaining", align: "right", className: "number", render: (_, lot) => count(lot.remaining) },
          { title: t("ofGiven"), key: "points", align: "right", className: "number", render: (_, lot) => count(lot.points) },
          { title: t("grantedAt"), key: "at", render: (_, lot) => day(lot.granted_at) },
          { title: t("activatesAt"), key: "active", render: (_, lot) => (lot.activates_at === null ? t("whenFinal") : day(lot.activates_at)) },
          { title: t("expiresAt"), key: "expires", render: (_, lot) => (lot.expires_at === null ? t("never") : lastDayOf(lot.expires_at, zone)) },
        ]}
      />
    </Card>
  );
}

function Movements({ customerId }: { customerId: string }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const may = useMay();
  const [undone, setUndone] = useState<string | null>(null);
  const history = api.useInfiniteQuery(
    "get", "/v1/customers/{customer_id}/points/history", { params: { path: { customer_id: customerId }, query: { limit: 50 } } }, BY_CURSOR,
  );
  return (
    <Card size="small" title={t("movements")}>
      <DataTable<Movement>
        label={t("movements")}
        listing={history}
        size="small"
        rowKey={(one) => `${one.operation_id}:${String(one.balance_after)}:${String(one.points)}`}
        empty={<Empty title={t("noMovements")} />}
        columns={[
          { title: t("at"), key: "at", render: (_, one) => instant(one.occurred_at) },
          { title: t("what"), key: "what", render: (_, one) => word("sides", one.side) },
          { title: t("points"), key: "points", align: "right", className: "number", render: (_, one) => movement(one.points) },
          { title: t("after"), key: "after", align: "right", className: "number", render: (_, one) => count(one.balance_after) },
          { title: t("reason"), key: "reason", className: "free-text", render: (_, one) => <Reason one={one} /> },
          {
            title: "",
            key: "undo",
            render: (_, one) => mayUndo(one) && may("points.adjust") && (
              <Button size="small" onClick={() => { setUndone(one.operation_id); }}>{t("undo")}</Button>
            ),
          },
        ]}
      />
      <ReverseAdjustment customerId={customerId} operationId={undone} onClose={() => { setUndone(null); }} onDone={() => void queries.invalidateQueries()} />
    </Card>
  );
}

/** Tells whether a movement was made by hand and stands. */
function mayUndo(one: Movement): boolean {
  const hand = one.by_hand;
  return hand !== null && hand !== undefined && !hand.is_reversal && hand.reversed_by === null;
}

function Reason({ one }: { one: Movement }) {
  const { t } = useTranslation("customers");
  const named = useNamed();
  const [, setQuery] = useSearchParams();
  const order = one.order_id;
  return (
    <Flex gap="small" align="baseline" wrap>
      <span>{one.reason}{one.by_hand !== null && one.by_hand !== undefined && <> · <Actor id={one.by_hand.actor} /></>}</span>
      {one.why !== null && (
        <Why
          explanation={(
            <>
              <p>{t("earnedByOrder", { granted: count(one.why.granted), clawed: count(one.why.clawed) })}</p>
              <ul>
                {one.why.rules.map((rule) => (
                  <li key={rule.rule}>{t("share", { rule: named({ ...rule, code: rule.rule }), base: money(rule.base_minor), amount: count(rule.amount) })}</li>
                ))}
              </ul>
            </>
          )}
        />
      )}
      {order !== null && <Button type="link" size="small" onClick={() => { setQuery((before) => placed(before, { tab: "points", order })); }}>{one.order_no === null ? t("showOrder") : t("orderTitle", { no: one.order_no })}</Button>}
    </Flex>
  );
}
