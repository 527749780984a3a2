import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count as shown, instant, percent } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Card, Flex, Progress, Spin, Statistic, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Document } from "./model";
import type { Counted } from "./useCount";

const BASIS_POINTS = 10_000;
const COMPUTED_SHOWN = 3;

interface Props {
  brand: string;
  document: Document;
  isWhole: boolean;
  counted: Counted;
}

/** How many meet the condition, of how many, what it says, as of when, and ten of them. */
export function CountPanel({ brand, document, isWhole, counted }: Props) {
  const { t, i18n } = useTranslation("condition");
  const { count, isComputing, refusal } = counted;
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  const isStale = isComputing || !isWhole || refusal !== null;
  return (
    <Card size="small" className="condition-count" title={t("size")} extra={isComputing && <span role="status"><Spin size="small" /> {t("computing")}</span>}>
      <Flex vertical gap="small">
        <Flex align="end" gap="middle" className={isStale ? "condition-stale" : undefined}>
          <Statistic value={count?.customers ?? "—"} groupSeparator="," suffix={t("persons")} />
          {count !== undefined && (
            <Typography.Text type="secondary">
              {t("shareOf", { share: percent(count.share_basis_points / BASIS_POINTS), everyone: shown(count.everyone) })}
            </Typography.Text>
          )}
        </Flex>
        {count !== undefined && <Progress percent={count.share_basis_points / 100} showInfo={false} size="small" aria-label={t("share")} />}
        {!isWhole && <Typography.Text type="warning">{t("incomplete")}</Typography.Text>}
        {isWhole && refusal !== null && refusal.errors.length === 0 && <Refused error={refusal} />}
        {isWhole && refusal !== null && refusal.errors.length > 0 && <Typography.Text type="danger">{t("refusedAtNode")}</Typography.Text>}
        {count !== undefined && <Typography.Paragraph className={isStale ? "condition-says condition-stale" : "condition-says"}>{count.says[language]}</Typography.Paragraph>}
        {count !== undefined && <AsOf asOf={count.as_of} language={language} />}
        <Sample brand={brand} document={document} isReady={isWhole && refusal === null} />
      </Flex>
    </Card>
  );
}

function AsOf({ asOf, language }: { asOf: Schemas["AsOfOut"]; language: string }) {
  const { t } = useTranslation("condition");
  return (
    <Typography.Text type="secondary" className="condition-as-of">
      {t("asOf", { at: instant(asOf.counted_at), version: asOf.tags_version })}
      {asOf.lake_as_of !== null && ` · ${t("lakeAsOf", { at: instant(asOf.lake_as_of) })}`}
      {asOf.computed.slice(0, COMPUTED_SHOWN).map((part) => (
        <span key={part.says[language]} className="condition-computed">
          {t(`computedBy.${part.by}`, { says: part.says[language], count: shown(part.customers) })}
        </span>
      ))}
    </Typography.Text>
  );
}

function Sample({ brand, document, isReady }: { brand: string; document: Document; isReady: boolean }) {
  const { t } = useTranslation("condition");
  const may = useMay();
  const sample = api.useMutation("post", "/v1/brands/{brand}/audiences/sample");
  const allowed = may("customers.read");
  const draw = () => { sample.mutate({ params: { path: { brand } }, body: { condition: document } }); };
  return (
    <Flex vertical gap="small">
      <div>
        <Button size="small" disabled={!isReady || !allowed} title={allowed ? undefined : t("sampleNotAllowed")} loading={sample.isPending} onClick={draw}>
          {t("sample")}
        </Button>
      </div>
      {sample.error !== null && <Refused error={sample.error} />}
      {sample.data !== undefined && (
        <Table
          size="small"
          rowKey="id"
          pagination={false}
          aria-label={t("sample")}
          dataSource={sample.data.items}
          locale={{ emptyText: t("nobody") }}
          scroll={{ x: "max-content" }}
          columns={[
            { title: t("member"), dataIndex: "name", render: (name: string | null, one) => name ?? one.id },
            { title: t("status"), dataIndex: "status", render: (status: string) => t(`statuses.${status}`, { defaultValue: status }) },
            { title: t("city"), dataIndex: "city", render: (city: string | null) => city ?? "—" },
          ]}
        />
      )}
    </Flex>
  );
}
