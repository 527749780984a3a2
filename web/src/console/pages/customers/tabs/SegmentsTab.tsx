import { useAddress } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { day } from "@shared/format";
import { Skeleton, Table, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { TabProps } from "../Customer";
import { useNamed } from "../words";

type Membership = Schemas["SegmentOfCustomerOut"];

/** The segments of the brand, those that the customer is in first. */
export function SegmentsTab({ head }: TabProps) {
  const { t } = useTranslation("customers");
  const at = useAddress();
  const named = useNamed();
  const segments = api.useQuery("get", "/v1/customers/{customer_id}/segments", { params: { path: { customer_id: head.id } } });
  if (segments.error !== null) return <Refused error={segments.error} onRetry={() => void segments.refetch()} />;
  if (segments.data === undefined) return <Skeleton active />;
  return (
    <Table<Membership>
      aria-label={t("tabs.segments")}
      rowKey={(one) => one.segment.code}
      size="middle"
      pagination={false}
      dataSource={segments.data.items}
      locale={{ emptyText: <Empty title={t("noSegments")} hint={t("noSegmentsHint")} /> }}
      columns={[
        { title: t("segment"), key: "segment", render: (_, one) => <Link to={at(`segments/${one.segment.code}`)}>{named(one.segment)}</Link> },
        {
          title: t("isIn"),
          key: "in",
          render: (_, one) => (one.is_member === null ? t("notComputed") : <Tag color={one.is_member ? "success" : "default"}>{one.is_member ? t("yes") : t("no")}</Tag>),
        },
        { title: t("asOfDay"), key: "day", render: (_, one) => day(one.as_of) },
      ]}
    />
  );
}
