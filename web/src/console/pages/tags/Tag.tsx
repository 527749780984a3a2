import { useBrand } from "@console/brand";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, day, instant, percent } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Card, Flex, Skeleton, Statistic, Tabs, Tag as Mark, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { ArchiveTag } from "./ArchiveTag";
import { ByHand } from "./ByHand";
import { Definition } from "./Definition";
import { Distribution } from "./Distribution";
import { documentOf, isByHand, sideOf } from "./document";
import { TagTrend } from "./TagTrend";
import "./tags.css";
import { TagVersions } from "./TagVersions";

/** One tag: what it means, who has which value, how that went, where it comes from, its versions. */
export default function Tag() {
  const { t, i18n } = useTranslation("tags");
  const { code: brand } = useBrand();
  const { tag = "" } = useParams();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const shown = api.useQuery("get", "/v1/brands/{brand}/tags/{tag}", { params: { path: { brand, tag } } });
  if (isForbidden(shown.error)) return <NoPermission permissions={["tags.read"]} />;
  if (shown.data === undefined && shown.error !== null) return <Page title={tag}><Refused error={shown.error} onRetry={() => void shown.refetch()} /></Page>;
  if (shown.data === undefined) return <Page title={tag}><Skeleton active /></Page>;
  const document = documentOf(shown.data);
  const side = sideOf(i18n.language);
  const share = shown.data.of_customers === 0 ? 0 : shown.data.customers / shown.data.of_customers;
  const byHand = isByHand(document);
  return (
    <Page
      title={document.names[side]}
      hint={document.meaning[side]}
      actions={<><RefreshBrand brand={brand} /><ArchiveTag brand={brand} shown={shown.data} /></>}
    >
      {shown.data.is_archived && <Alert type="warning" showIcon title={t("archivedHint")} />}
      <Card size="small">
        <Flex gap="large" wrap align="center">
          <Statistic title={t("known")} value={shown.data.customers} groupSeparator="," suffix={t("persons")} />
          <Statistic title={t("coverage")} value={percent(share)} suffix={<Typography.Text type="secondary">/ {count(shown.data.of_customers)}</Typography.Text>} />
          <Flex vertical>
            <span><Mark>{t(`kinds.${document.kind}`)}</Mark>{document.multi === true && <Mark>{t("several")}</Mark>}{document.sensitivity === "sensitive" && <Mark color="error">{t("sensitive")}</Mark>}</span>
            <Typography.Text type="secondary">{t("code")} <code>{document.code}</code> · {shown.data.version === 0 ? t("shipped") : t("versionNumber", { version: shown.data.version })}{shown.data.changed_at !== null && <> · {instant(shown.data.changed_at)} <Actor id={shown.data.changed_by} nobody="" /></>}</Typography.Text>
            <Typography.Text type="secondary">{shown.data.as_of === null ? t("neverRefreshed") : t("refreshedOn", { day: day(shown.data.as_of) })}</Typography.Text>
          </Flex>
        </Flex>
      </Card>
      <Tabs
        destroyOnHidden
        activeKey={query.get("tab") ?? "values"}
        onChange={(tab) => { setQuery({ tab }, { replace: true }); }}
        items={[
          { key: "values", label: t("distribution"), children: <Distribution shown={shown.data} side={side} /> },
          { key: "trend", label: t("trend"), children: <TagTrend brand={brand} document={document} side={side} /> },
          { key: "definition", label: t("definition"), children: <Definition key={shown.data.version} brand={brand} tag={tag} shown={shown.data} side={side} /> },
          { key: "versions", label: t("versions"), children: <TagVersions brand={brand} tag={tag} side={side} /> },
          ...(byHand ? [{ key: "hand", label: t("byHand"), disabled: !may("tags.give"), children: <ByHand brand={brand} document={document} side={side} /> }] : []),
        ]}
      />
    </Page>
  );
}
