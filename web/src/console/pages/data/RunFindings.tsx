import { DownloadOutlined } from "@ant-design/icons";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Refused } from "@console/parts/Refused";
import { api, download } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, money } from "@shared/format";
import { Button, Descriptions, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDetail, useReason } from "./words";

type Run = Schemas["RunOut"];

/** What a finished run found: reasons, rows that were refused, and what a look over adds up. */
export function RunFindings({ run }: { run: Run }) {
  return (
    <Flex vertical gap="middle">
      {run.check !== null && <Checked check={run.check} />}
      {run.progress.refused > 0 && <RefusedRows run={run} />}
    </Flex>
  );
}

function Checked({ check }: { check: Schemas["RunCheckOut"] }) {
  const { t } = useTranslation("data");
  const items = [
    ...Object.entries(check.amounts).map(([name, minor]) => ({ key: name, label: t(`amounts.${name as "paid_minor"}`), children: money(minor) })),
    ...Object.entries(check.standings ?? {}).map(([name, number]) => ({ key: name, label: t(`standings.${name as "new"}`), children: count(number) })),
  ];
  return (
    <Flex vertical gap="small">
      {items.length > 0 && <Descriptions size="small" column={{ xs: 1, md: 2, xl: 4 }} items={items} />}
      <Unknown label={t("run.unknownSkus")} unknown={check.unknown_skus} />
      <Unknown label={t("run.unknownStores")} unknown={check.unknown_stores} />
    </Flex>
  );
}

function Unknown({ label, unknown }: { label: string; unknown: Schemas["UnknownCodesOut"] }) {
  if (unknown.count === 0) return null;
  const codes = Object.entries(unknown.codes).slice(0, 10);
  return (
    <div>
      <Typography.Text type="warning">{label}: {count(unknown.count)}</Typography.Text>{" "}
      {codes.map(([code, number]) => <Tag key={code}>{code} × {count(number)}</Tag>)}
    </div>
  );
}

function RefusedRows({ run }: { run: Run }) {
  const { t } = useTranslation("data");
  const reason = useReason();
  const detail = useDetail();
  const place = { upload_id: run.upload_id, run_id: run.id };
  const [error, setError] = useState<unknown>(null);
  const rows = api.useInfiniteQuery(
    "get", "/v1/uploads/{upload_id}/runs/{run_id}/refused",
    { params: { path: place, query: { limit: 20 } } },
    { ...BY_CURSOR, enabled: run.has_rejects },
  );
  const take = () => {
    setError(null);
    download(`/v1/uploads/${run.upload_id}/runs/${run.id}/rejects`, "rejects.csv").catch(setError);
  };
  return (
    <Flex vertical gap="small">
      <Flex gap="small" align="center" wrap>
        {run.refusals.map((one) => <Tag key={one.code} color="warning">{reason(one.code, one.code)} × {count(one.count)}</Tag>)}
        {run.has_rejects && <Button icon={<DownloadOutlined />} onClick={take}>{t("run.rejects")}</Button>}
        <Typography.Text type="secondary">{t("run.rejectsHint")}</Typography.Text>
      </Flex>
      {error !== null && <Refused error={error} />}
      {run.has_rejects && (
        <DataTable
          label={t("run.refusedRows")} listing={rows} size="small" rowKey={(one) => `${String(one.row)} ${one.reason}`}
          columns={[
            { title: t("row"), dataIndex: "row", width: "6em" },
            { title: t("reason"), key: "reason", render: (_, one) => reason(one.code, one.reason) },
            { title: t("detail"), key: "detail", className: "data-detail", render: (_, one) => detail(one.reason) },
          ]}
        />
      )}
    </Flex>
  );
}
