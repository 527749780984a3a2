import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Card, List, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** Which rights the person behind a customer has used, with who carried them out. */
export function Receipts({ customerId }: { customerId: string }) {
  const { t } = useTranslation("rights");
  const receipts = api.useQuery("get", "/v1/rights/customers/{customer_id}/receipts", { params: { path: { customer_id: customerId } } });
  return (
    <Card size="small" title={t("handle.receipts")}>
      {receipts.error !== null && <Refused error={receipts.error} onRetry={() => void receipts.refetch()} />}
      <List
        size="small"
        loading={receipts.isPending}
        dataSource={receipts.data?.items ?? []}
        rowKey={(one) => `${one.kind} ${one.recorded_at}`}
        locale={{ emptyText: <Empty title={t("handle.receiptsNone")} /> }}
        renderItem={(one) => (
          <List.Item>
            <span>{t(`kinds.${one.kind}`)}</span>
            <Typography.Text type="secondary">{instant(one.recorded_at)} · {one.actor}</Typography.Text>
          </List.Item>
        )}
      />
    </Card>
  );
}
