import { AppstoreAddOutlined, PlusOutlined } from "@ant-design/icons";
import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, day, percent } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Flex, Input, Progress, Select, Skeleton, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { sideOf } from "./document";
import { Packs } from "./Packs";
import "./tags.css";

type Listed = Schemas["TagListed"];
const BASIS_POINTS = 10_000;
const KINDS = ["rule", "statistic", "model", "manual", "imported"] as const;
const OWN = "own";

/** Every tag: what it means, of how many it is known, which pack brought it. */
export default function Tags() {
  const { t, i18n } = useTranslation("tags");
  const { code: brand } = useBrand();
  const at = useAddress();
  const may = useMay();
  const navigate = useNavigate();
  const [query, say] = useWords();
  const [packsOpen, setPacksOpen] = useState(false);
  const place = { params: { path: { brand } } };
  const tags = api.useQuery("get", "/v1/brands/{brand}/tags", place);
  const packs = api.useQuery("get", "/v1/brands/{brand}/packs", place);
  const side = sideOf(i18n.language);
  const [search, kind, pack, coverage] = [query.get("search") ?? "", query.get("kind"), query.get("pack"), query.get("coverage")];
  if (isForbidden(tags.error)) return <NoPermission permissions={["tags.read"]} />;
  const packOf = new Map((packs.data?.items ?? []).filter((one) => one.is_used).flatMap((one) => one.tags.map((tag) => [tag.code, one])));
  const rows = (tags.data?.items ?? []).filter((one) =>
    (kind === null || one.kind === kind)
    && (pack === null || (packOf.get(one.code)?.code ?? OWN) === pack)
    && (coverage === null || (coverage === "some" ? one.customers > 0 : one.customers === 0))
    && [one.code, ...Object.values(one.names), ...Object.values(one.meaning)].some((text) => text.toLowerCase().includes(search.trim().toLowerCase())));
  const used = (packs.data?.items ?? []).filter((one) => one.is_used);
  return (
    <Page
      title={t("title")}
      hint={t("hint")}
      actions={(
        <>
          <RefreshBrand brand={brand} />
          <Button icon={<AppstoreAddOutlined aria-hidden />} onClick={() => { setPacksOpen(true); }}>{t("packs")}</Button>
          <Button type="primary" icon={<PlusOutlined aria-hidden />} disabled={!may("tags.write")} title={may("tags.write") ? undefined : t("writeNeeded")} onClick={() => void navigate(at("tags/new"))}>{t("create")}</Button>
        </>
      )}
    >
      <Flex gap="small" wrap align="center">
        <Input.Search className="search" allowClear aria-label={t("search")} placeholder={t("search")} defaultValue={search} onSearch={(text) => { say({ search: text }); }} />
        <Select allowClear aria-label={t("kind")} placeholder={t("anyKind")} value={kind} popupMatchSelectWidth={false} options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} onChange={(value?: string) => { say({ kind: value }); }} />
        <Select allowClear aria-label={t("pack")} placeholder={t("anyPack")} value={pack} popupMatchSelectWidth={false} options={[...used.map((one) => ({ value: one.code, label: one.names[side] ?? one.code })), { value: OWN, label: t("ownTags") }]} onChange={(value?: string) => { say({ pack: value }); }} />
        <Select allowClear aria-label={t("coverage")} placeholder={t("anyCoverage")} value={coverage} popupMatchSelectWidth={false} options={[{ value: "some", label: t("someKnown") }, { value: "none", label: t("nobodyKnown") }]} onChange={(value?: string) => { say({ coverage: value }); }} />
        {tags.data?.as_of && <Typography.Text type="secondary">{t("asOf", { day: day(tags.data.as_of), customers: count(tags.data.customers) })}</Typography.Text>}
      </Flex>
      <Typography.Text type="secondary">{t("logic")}</Typography.Text>
      {tags.data !== undefined && tags.data.as_of === null && <Alert type="info" showIcon title={t("neverRefreshed")} description={t("neverRefreshedHint")} />}
      {tags.error !== null && <Refused error={tags.error} onRetry={() => void tags.refetch()} />}
      {tags.isPending ? <Skeleton active /> : (
        <Table<Listed>
          aria-label={t("title")}
          rowKey="code"
          dataSource={rows}
          pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: <Empty title={t("noMatch")} hint={t("noMatchHint")} /> }}
          columns={[
            {
              title: t("tag"), key: "tag", width: "42%",
              render: (_, one) => (
                <Flex vertical>
                  <Flex gap="small"><Link to={at(`tags/${one.code}`)}>{one.names[side]}</Link>{one.is_multi && <Tag>{t("several")}</Tag>}</Flex>
                  <Typography.Text type="secondary" className="tag-meaning">{one.meaning[side]}</Typography.Text>
                </Flex>
              ),
            },
            { title: t("kind"), dataIndex: "kind", render: (value: string) => t(`kinds.${value}`) },
            { title: t("values"), key: "values", render: (_, one) => (one.unit !== null ? t(`units.${one.unit}`, { defaultValue: one.unit }) : one.values !== null ? t("valueCount", { count: one.values }) : t("open")) },
            {
              title: t("coverage"), key: "coverage", defaultSortOrder: "descend", sorter: (one, other) => one.customers - other.customers,
              render: (_, one) => (
                <Flex vertical className="tag-coverage">
                  <span>{count(one.customers)} <span className="muted">{percent(one.share_basis_points / BASIS_POINTS)}</span></span>
                  <Progress size="small" showInfo={false} percent={one.share_basis_points / 100} aria-label={t("coverage")} />
                </Flex>
              ),
            },
            { title: t("pack"), key: "pack", render: (_, one) => packOf.get(one.code)?.names[side] ?? (packs.data !== undefined && <span className="muted">{t("ownTags")}</span>) },
            { title: t("version"), dataIndex: "version", render: (value: number) => (value === 0 ? t("shipped") : t("versionNumber", { version: value })) },
          ]}
        />
      )}
      <Packs brand={brand} open={packsOpen} onClose={() => { setPacksOpen(false); }} />
    </Page>
  );
}
