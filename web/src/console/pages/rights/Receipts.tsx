import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { Card, Flex, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";

/** Which rights the person behind a customer has used, with who carried them out. */
export function Receipts({ customerId }: { customerId: string }) {
  const { t } = useTranslation("rights");
  const receipts = api.useQuery("get", "/v1/rights/customers/{customer_id}/receipts", { params: { path: { customer_id: customerId } } });
  return (
    <Card size="small" title={t("handle.receipts")}>
      {receipts.error !== null && <Refused error={receipts.error} onRetry={() => void receipts.refetch()} />}
      {receipts.isPending && <Skeleton active title={false} />}
      {receipts.data?.items.length === 0 && <Empty title={t("handle.receiptsNone")} />}
      {receipts.data?.items.map((one) => (
        <Flex key={`${one.kind} ${one.recorded_at}`} justify="space-between" gap="small">
          <span>{t(`kinds.${one.kind}`)}</span>
          <Typography.Text type="secondary">{instant(one.recorded_at)} · <Actor id={one.actor} /></Typography.Text>
        </Flex>
      ))}
    </Card>
  );
}
