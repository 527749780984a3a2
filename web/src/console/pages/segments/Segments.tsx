import { PlusOutlined } from "@ant-design/icons";
import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, day, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Checkbox, Flex, Input, Skeleton, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { documentOf, ownerOf, sideOf } from "./document";
import "./segments.css";
import { Trend } from "./Trend";

type Segment = Schemas["SegmentListed"];
const COMPARED_MAX = 3;

/** Every segment: what it says, how large it is and was, who changed it. */
export default function Segments() {
  const { t, i18n } = useTranslation("segments");
  const { code: brand } = useBrand();
  const at = useAddress();
  const may = useMay();
  const navigate = useNavigate();
  const [query, say] = useWords();
  const search = query.get("search") ?? "";
  const everything = query.get("archived") === "yes";
  const picked = (query.get("picked") ?? "").split(",").filter(Boolean);
  const listed = api.useQuery("get", "/v1/brands/{brand}/segments", { params: { path: { brand } } });
  const side = sideOf(i18n.language);

  if (isForbidden(listed.error)) return <NoPermission permissions={["segments.read"]} />;
  const rows = (listed.data?.items ?? []).filter((one) => (everything || !one.is_archived) && fits(one, search));
  const create = <Button type="primary" icon={<PlusOutlined aria-hidden />} disabled={!may("segments.write")} title={may("segments.write") ? undefined : t("writeNeeded")} onClick={() => void navigate(at("segments/new"))}>{t("create")}</Button>;
  const columns: TableColumnsType<Segment> = [
    {
      title: t("name"), key: "name", width: "40%",
      render: (_, one) => (
        <Flex vertical>
          <span><Link to={at(`segments/${documentOf(one).code}`)}>{documentOf(one).names[side]}</Link> {one.is_archived && <Tag>{t("archived")}</Tag>}</span>
          <Typography.Text type="secondary" className="segment-says">{one.says?.[side] ?? t("wordsGone")}</Typography.Text>
        </Flex>
      ),
    },
    { title: t("size"), key: "size", align: "right", render: (_, one) => <span className="number">{count(one.sizes[0]?.customers)}</span>, sorter: (one, other) => (one.sizes[0]?.customers ?? -1) - (other.sizes[0]?.customers ?? -1) },
    { title: t("trend"), key: "trend", render: (_, one) => <Trend sizes={one.sizes} label={t("trend")} /> },
    { title: t("kept"), key: "kept", render: (_, one) => (one.sizes[0] === undefined ? t("notYet") : day(one.sizes[0].day)) },
    { title: t("owner"), key: "owner", render: (_, one) => ownerOf(documentOf(one), t("operations")) },
    { title: t("changed"), key: "changed", render: (_, one) => <>{instant(one.changed_at)} · {t("version", { version: one.version })} · <Actor id={one.changed_by} /></>, sorter: (one, other) => one.changed_at.localeCompare(other.changed_at), defaultSortOrder: "descend" },
  ];
  return (
    <Page
      title={t("title")}
      hint={t("hint")}
      actions={(
        <>
          <RefreshBrand brand={brand} />
          <Button disabled={!may("segments.export")} title={may("segments.export") ? undefined : t("exportNeeded")} onClick={() => void navigate(at("segments/exports"))}>{t("allExports")}</Button>
          <Button disabled={picked.length < 2} title={picked.length < 2 ? t("pickTwo") : undefined} onClick={() => void navigate(at(`segments/overlap?segments=${picked.join(",")}`))}>{t("compare")}</Button>
          {create}
        </>
      )}
    >
      <Flex gap="middle" align="center" wrap>
        <Input.Search className="search" allowClear aria-label={t("search")} placeholder={t("search")} defaultValue={search} onSearch={(text) => { say({ search: text }); }} />
        <Checkbox checked={everything} onChange={(event) => { say({ archived: event.target.checked ? "yes" : "" }); }}>{t("showArchived")}</Checkbox>
      </Flex>
      {listed.error !== null && <Refused error={listed.error} onRetry={() => void listed.refetch()} />}
      {listed.isPending ? <Skeleton active /> : (
        <Table<Segment>
          aria-label={t("title")}
          rowKey={(one) => documentOf(one).code}
          columns={columns}
          dataSource={rows}
          pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          scroll={{ x: "max-content" }}
          rowSelection={{
            selectedRowKeys: picked,
            onChange: (keys) => { say({ picked: keys.slice(0, COMPARED_MAX).map(String).join(",") }); },
            getCheckboxProps: (one) => ({ disabled: one.is_archived || (picked.length >= COMPARED_MAX && !picked.includes(documentOf(one).code)), "aria-label": t("pick", { name: documentOf(one).names[side] }) }),
          }}
          locale={{ emptyText: search === "" ? <Empty title={t("none")} hint={t("noneHint")} action={create} /> : <Empty title={t("noMatch")} action={<Button onClick={() => { say({ search: "" }); }}>{t("clear")}</Button>} /> }}
        />
      )}
    </Page>
  );
}

function fits(segment: Segment, search: string): boolean {
  const { code, names, owner = "" } = documentOf(segment);
  const texts = [code, names.zh, names.en, owner, segment.says?.zh ?? "", segment.says?.en ?? ""];
  return texts.some((text) => text.toLowerCase().includes(search.trim().toLowerCase()));
}
