import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { keepPreviousData } from "@tanstack/react-query";
import { Alert, Card, Flex, Skeleton, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Chosen } from "./reading";
import { useFieldName, useReason } from "./words";

type Record_ = Schemas["PreviewedOut"];
type Field = Schemas["RecordFieldOut"];

interface Props {
  uploadId: string;
  chosen: Chosen;
  /** A mapping that is not saved yet. */
  document?: string;
}

/** The first records as an import would read them; what is at fault is said in its cell. */
export function Preview({ uploadId, chosen, document }: Props) {
  const { t } = useTranslation("data");
  const body = { kind: chosen.kind, mapping: document === undefined ? chosen.mapping : null, document: document ?? null, sheet: chosen.sheet };
  const preview = api.useQuery("post", "/v1/uploads/{upload_id}/preview", { params: { path: { upload_id: uploadId } }, body }, { placeholderData: keepPreviousData, retry: false });
  const columns = useColumns(preview.data?.items ?? []);
  return (
    <Card title={t("preview.title")}>
      <Flex vertical gap="small">
        {preview.error !== null && <Refused error={preview.error} onRetry={() => void preview.refetch()} />}
        {preview.isPending && <Skeleton active />}
        {preview.data !== undefined && preview.error === null && (
          <>
            <Summary preview={preview.data} />
            <Table<Record_>
              className="data-preview"
              aria-label={t("preview.title")}
              size="small"
              rowKey={(one) => String(one.row ?? one.fields[0]?.path)}
              columns={columns}
              dataSource={preview.data.items}
              loading={preview.isFetching}
              pagination={false}
              scroll={{ x: "max-content" }}
              // Whoever has no mouse scrolls the table from a row.
              onRow={() => ({ tabIndex: 0 })}
            />
            {preview.data.items.some((one) => one.fields.some((field) => field.is_masked)) && <Typography.Text type="secondary">{t("preview.masked")}</Typography.Text>}
          </>
        )}
      </Flex>
    </Card>
  );
}

function Summary({ preview }: { preview: Schemas["PreviewOut"] }) {
  const { t } = useTranslation("data");
  if (preview.items.length === 0) return <Alert showIcon type="warning" title={t("preview.empty")} />;
  if (preview.refused === 0) return <Alert showIcon type="success" title={t("preview.fine", { count: preview.items.length, seen: preview.looked_at })} />;
  return <Alert showIcon type="warning" title={t("preview.refused", { refused: preview.refused, count: preview.items.length })} description={t("preview.refusedHint")} />;
}

function useColumns(items: readonly Record_[]): TableColumnsType<Record_> {
  const { t } = useTranslation("data");
  const name = useFieldName();
  const reason = useReason();
  return useMemo(() => {
    const paths = [...new Set(items.flatMap((one) => one.fields.map((field) => field.path)))];
    return [
      { title: t("row"), dataIndex: "row", fixed: "left", width: "4em" },
      { title: t("preview.result"), key: "code", fixed: "left", width: "10em", render: (_, one) => (one.code === null ? <Tag color="success">{t("preview.readable")}</Tag> : <span className="data-fault">{reason(one.code, one.reason)}</span>) },
      ...paths.map((path) => ({
        title: <span title={path}>{path === "" ? t("preview.whole") : name(path)}</span>,
        key: path || "whole",
        render: (_: unknown, one: Record_) => <Cell field={one.fields.find((field) => field.path === path)} />,
      })),
    ];
    // The names and words change with the language, which `t` does too.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [items, t]);
}

/** One field: its value, and in words what is wrong with it. */
export function Cell({ field }: { field: Field | undefined }) {
  const { t } = useTranslation("data");
  if (field === undefined) return null;
  return (
    <Flex vertical>
      <span className={field.fault === null ? undefined : "data-fault"}>{field.value ?? "—"}</span>
      {field.fault !== null && <Typography.Text type="danger" className="data-fault">{t(`faults.${field.fault}`)}</Typography.Text>}
    </Flex>
  );
}
