import { EditOutlined } from "@ant-design/icons";
import { useAddress, useBrand } from "@console/brand";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { SaidOf } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, instant, percent } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Card, Flex, Skeleton, Spin, Statistic, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { Archive } from "./Archive";
import { Days } from "./Days";
import { documentOf, ownerOf, sideOf } from "./document";
import { Exports } from "./Exports";
import { Members } from "./Members";
import { Portrait } from "./Portrait";
import "./segments.css";
import { Versions } from "./Versions";

const BASIS_POINTS = 10_000;

/** One segment: how large, who they are, day by day, member by member, version by version, exports. */
export default function Segment() {
  const { t, i18n } = useTranslation("segments");
  const { code: brand } = useBrand();
  const { segment = "" } = useParams();
  const at = useAddress();
  const may = useMay();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const place = { params: { path: { brand, segment } } };
  const shown = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}", place);
  const counted = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}/count", place, { retry: false });
  if (isForbidden(shown.error)) return <NoPermission permissions={["segments.read"]} />;
  if (shown.error !== null) return <Page title={segment}><Refused error={shown.error} onRetry={() => void shown.refetch()} /></Page>;
  if (shown.data === undefined) return <Page title={segment}><Skeleton active /></Page>;
  const document = documentOf(shown.data);
  const side = sideOf(i18n.language);
  const tabs = [
    { key: "portrait", label: t("portrait"), children: <Portrait brand={brand} segment={segment} /> },
    { key: "days", label: t("days"), children: <Days brand={brand} segment={segment} /> },
    { key: "members", label: t("members"), disabled: !may("customers.read"), children: <Members brand={brand} segment={segment} /> },
    { key: "versions", label: t("versions"), children: <Versions brand={brand} segment={segment} /> },
    { key: "exports", label: t("exports"), disabled: !may("segments.export"), children: <Exports brand={brand} segment={segment} isArchived={shown.data.is_archived} /> },
  ];
  return (
    <Page
      title={document.names[side]}
      hint={<span>{shown.data.says?.[side] ?? t("wordsGone")}</span>}
      actions={(
        <>
          <RefreshBrand brand={brand} />
          <Button onClick={() => void navigate(at(`segments/overlap?segments=${segment}`))}>{t("compareThis")}</Button>
          <Archive brand={brand} segment={shown.data} />
          <Button type="primary" icon={<EditOutlined aria-hidden />} disabled={!may("segments.write")} title={may("segments.write") ? undefined : t("writeNeeded")} onClick={() => void navigate(at(`segments/${segment}/edit`))}>
            {shown.data.is_archived ? t("editToRestore") : t("edit")}
          </Button>
        </>
      )}
    >
      {shown.data.is_archived && <Alert type="warning" showIcon title={t("archivedHint")} />}
      {shown.data.says === null && <Alert type="error" showIcon title={t("wordsGone")} description={t("wordsGoneHint")} />}
      <Card size="small">
        {counted.error !== null && <Refused error={counted.error} onRetry={() => void counted.refetch()} />}
        <Flex gap="large" wrap align="center">
          <Statistic title={t("now")} value={counted.data?.customers ?? "—"} groupSeparator="," suffix={t("persons")} />
          {counted.isFetching && <Spin size="small" aria-label={t("computing")} />}
          <Statistic title={t("ofEverybody")} value={counted.data === undefined ? "—" : percent(counted.data.share_basis_points / BASIS_POINTS)} suffix={counted.data && <Typography.Text type="secondary">/ {count(counted.data.everyone)}</Typography.Text>} />
          <Flex vertical>
            <Typography.Text type="secondary">{t("code")} <code>{document.code}</code> · {t("version", { version: shown.data.version })} · {t("owner")} {ownerOf(document, t("operations"))}</Typography.Text>
            <Typography.Text type="secondary"><SaidOf id={shown.data.changed_by} says={(by) => t("changedBy", { at: instant(shown.data.changed_at), by })} /></Typography.Text>
            {counted.data !== undefined && <Typography.Text type="secondary">{t("countedAt", { at: instant(counted.data.as_of.counted_at), version: counted.data.as_of.tags_version })}</Typography.Text>}
          </Flex>
        </Flex>
      </Card>
      <Tabs
        destroyOnHidden
        items={tabs}
        activeKey={query.get("tab") ?? "portrait"}
        onChange={(tab) => { setQuery({ tab }, { replace: true }); }}
      />
    </Page>
  );
}
