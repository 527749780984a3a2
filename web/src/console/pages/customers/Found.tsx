import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Alert, Button, Flex, Skeleton, Table, Tag } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useColumns } from "./columns";
import { useWord } from "./words";

/** Whom the box at the top found; one alone is opened at once. */
export function Found({ text, onLeave }: { text: string; onLeave: () => void }) {
  const { t } = useTranslation("customers");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const columns = useColumns();
  const word = useWord();
  const asked = api.useQuery(
    "post", "/v1/brands/{brand}/customers/lookup",
    { params: { path: { brand } }, body: { text } },
    { staleTime: 0, gcTime: 0 },
  );
  const items = asked.data?.items;
  const only = items?.length === 1 && asked.data?.has_more === false ? items[0] : undefined;
  useEffect(() => {
    if (only !== undefined) void navigate(at(`customers/${only.id}`), { replace: true });
    // Whoever is found alone is opened once, whatever this render's way to do it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [only?.id]);
  if (asked.error !== null) return <Refused error={asked.error} onRetry={() => void asked.refetch()} />;
  if (items === undefined || only !== undefined) return <Skeleton active />;
  const leave = <Button onClick={onLeave}>{t("showAll")}</Button>;
  if (items.length === 0) return <Empty title={t("nobodyFound")} hint={t("nobodyFoundHint")} action={leave} />;
  return (
    <Flex vertical gap="small">
      <Alert
        type="info"
        showIcon
        title={asked.data?.has_more ? t("moreFound", { count: items.length }) : t("severalFound", { count: items.length })}
        action={leave}
      />
      <Table<Schemas["CustomerFoundOut"]>
        aria-label={t("found")}
        rowKey="id"
        size="middle"
        pagination={false}
        scroll={{ x: "max-content" }}
        dataSource={items}
        columns={[
          ...(columns as never[]),
          {
            title: t("foundBy"),
            key: "by",
            render: (_, row) => <Flex gap="small">{row.found_by.map((way) => <Tag key={way} color="processing">{word("ways", way)}</Tag>)}</Flex>,
          },
        ]}
      />
    </Flex>
  );
}
