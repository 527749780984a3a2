import { useBrand } from "@console/brand";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { type Permission, useMay } from "@shared/session";
import { Alert, Skeleton, Tabs } from "antd";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useParams, useSearchParams } from "react-router";
import { Actions } from "./Actions";
import { HeadCard } from "./HeadCard";
import { OrderDrawer } from "./OrderDrawer";
import { placed } from "./place";
import "./customers.css";
import { CareTab } from "./tabs/CareTab";
import { ConsentTab } from "./tabs/ConsentTab";
import { ModelsTab } from "./tabs/ModelsTab";
import { OrdersTab } from "./tabs/OrdersTab";
import { PointsTab } from "./tabs/PointsTab";
import { ProfileTab } from "./tabs/ProfileTab";
import { SegmentsTab } from "./tabs/SegmentsTab";
import { TagsTab } from "./tabs/TagsTab";
import { TimelineTab } from "./tabs/TimelineTab";
import type { Head } from "./words";

export interface TabProps {
  head: Head;
}

interface Tab {
  key: string;
  permission: Permission;
  Body: ComponentType<TabProps>;
}

const TABS: readonly Tab[] = [
  { key: "timeline", permission: "customers.read", Body: TimelineTab },
  { key: "orders", permission: "orders.read", Body: OrdersTab },
  { key: "points", permission: "points.read", Body: PointsTab },
  { key: "tags", permission: "tags.read", Body: TagsTab },
  { key: "segments", permission: "segments.read", Body: SegmentsTab },
  { key: "models", permission: "models.read", Body: ModelsTab },
  { key: "profile", permission: "customers.read", Body: ProfileTab },
  { key: "care", permission: "customers.read", Body: CareTab },
  { key: "consents", permission: "customers.read", Body: ConsentTab },
];

/** Everything about one customer: the head at once, each part when somebody looks at it. */
export default function Customer() {
  const { t } = useTranslation("customers");
  const { customerId } = useParams();
  const { search } = useLocation();
  const { code: brand } = useBrand();
  const [query, setQuery] = useSearchParams();
  const may = useMay();
  const head = api.useQuery("get", "/v1/customers/{customer_id}/head", { params: { path: { customer_id: customerId ?? "" } } });
  if (isForbidden(head.error)) return <NoPermission permissions={["customers.read"]} />;
  if (head.error !== null) return <Refused error={head.error} onRetry={() => void head.refetch()} />;
  if (head.data === undefined) return <Skeleton active avatar paragraph={{ rows: 8 }} />;
  const shown = head.data;
  // A link may name the customer below another brand: the page is theirs, with the menu and the zone of it.
  if (shown.brand !== brand) return <Navigate to={`/${encodeURIComponent(shown.brand)}/customers/${shown.id}${search}`} replace />;
  const open = TABS.find((one) => one.key === query.get("tab")) ?? TABS[0];
  const order = query.get("order");
  const put = (changes: Readonly<Record<string, string>>) => { setQuery((before) => placed(before, changes)); };
  return (
    <Page title={shown.name ?? t("nameless")} hint={<code>{shown.id}</code>} actions={<Actions head={shown} />}>
      {shown.asked_id !== shown.id && <Alert type="info" showIcon title={t("mergedHint", { id: shown.asked_id })} />}
      {shown.is_erased && <Alert type="warning" showIcon title={t("erasedHint")} />}
      <HeadCard head={shown} />
      <Tabs
        activeKey={open?.key ?? ""}
        onChange={(key) => { put({ tab: key }); }}
        items={TABS.map(({ key, permission, Body }) => ({
          key,
          label: t(`tabs.${key}`),
          children: open?.key === key && (may(permission) ? <Body head={shown} /> : <NoPermission permissions={[permission]} />),
        }))}
      />
      {order !== null && (
        <OrderDrawer orderId={order} onClose={() => { put({ tab: open?.key ?? "timeline" }); }} />
      )}
    </Page>
  );
}
