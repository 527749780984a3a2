import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import type { Schemas } from "@shared/api/client";
import { count, day } from "@shared/format";
import { Button, Card, Col, Flex, Row, Skeleton, Statistic, Typography } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  counts: { data: Schemas["RequestCountsOut"] | undefined; error: unknown; refetch: () => Promise<unknown> };
  /** Told which words of the address show what was clicked. */
  onChoose: (words: Record<string, string>) => void;
}

/** How many requests wait, are late, or are due soon; each leads to its list. */
export function Counts({ counts, onChoose }: Props) {
  const { t } = useTranslation("rights");
  if (counts.error !== null) return <Refused error={counts.error} onRetry={() => void counts.refetch()} />;
  if (counts.data === undefined) return <Skeleton active title={false} />;
  const found = counts.data;
  const figures = [
    { key: "open", value: found.open, why: t("counts.openWhy"), words: {} },
    { key: "overdue", value: found.overdue, why: t("counts.overdueWhy", { days: found.term_days }), words: { due: "overdue" } },
    { key: "urgent", value: found.urgent, why: t("counts.urgentWhy", { days: found.urgent_days }), words: { due: "urgent" } },
    { key: "cooling", value: found.cooling, why: t("counts.coolingWhy"), words: { kind: "exit" } },
  ] as const;
  return (
    <>
      <Row gutter={[16, 16]}>
        {figures.map((one) => (
          <Col key={one.key} xs={12} md={6}>
            <Card size="small">
              <Statistic
                title={<Flex gap="small">{t(`counts.${one.key}`)}<Why explanation={one.why} /></Flex>}
                valueRender={() => (
                  <Button type="link" size="large" className="figure" danger={one.key === "overdue" && one.value > 0} onClick={() => { onChoose(one.words); }}>{count(one.value)}</Button>
                )}
              />
            </Card>
          </Col>
        ))}
      </Row>
      {found.oldest_at !== null && <Typography.Text type="secondary">{t("counts.oldest", { at: day(found.oldest_at) })}</Typography.Text>}
    </>
  );
}
