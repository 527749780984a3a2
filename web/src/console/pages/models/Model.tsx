import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { Refusal, isForbidden } from "@shared/api/refusal";
import { day } from "@shared/format";
import { Card, Skeleton, Tabs, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { Explained } from "./Explained";
import { Flows } from "./Flows";
import "./models.css";
import { sideOf } from "./names";
import { type Answer, Result } from "./Result";

/** One model: what it found, how customers passed, why somebody stands where, its document. */
export default function Model() {
  const { t, i18n } = useTranslation("models");
  const { code: brand } = useBrand();
  const { model = "" } = useParams();
  const at = useAddress();
  const [query, setQuery] = useSearchParams();
  const place = { params: { path: { brand, model } } };
  const shown = api.useQuery("get", "/v1/brands/{brand}/models/{model}", place);
  const result = api.useQuery("get", "/v1/brands/{brand}/models/{model}/result", place, { retry: false });
  if (isForbidden(shown.error)) return <NoPermission permissions={["models.read"]} />;
  if (shown.error !== null) return <Page title={model}><Refused error={shown.error} onRetry={() => void shown.refetch()} /></Page>;
  if (shown.data === undefined) return <Page title={model}><Skeleton active /></Page>;
  const side = sideOf(i18n.language);
  const names = shown.data.document.names as { zh: string; en: string } | undefined;
  const notYet = result.error instanceof Refusal && result.error.code === "segments.model_not_refreshed";
  const tabs = [
    {
      key: "result",
      label: t("result"),
      children: (
        <>
          {result.isPending && <Skeleton active />}
          {notYet && <Empty title={t("notYet")} hint={t("notYetHint")} />}
          {result.error !== null && !notYet && <Refused error={result.error} onRetry={() => void result.refetch()} />}
          {result.data !== undefined && <Result answer={result.data as unknown as Answer} side={side} segmentOf={(condition) => at(`segments/new?condition=${encodeURIComponent(JSON.stringify(condition))}`)} />}
        </>
      ),
    },
    ...(shown.data.kind === "lifecycle" && result.data !== undefined ? [{ key: "flows", label: t("flows"), children: <Flows brand={brand} model={model} asOf={result.data.as_of} side={side} /> }] : []),
    { key: "why", label: t("whySomebody"), children: <Explained model={model} side={side} /> },
    { key: "document", label: t("document"), children: <Card size="small"><pre className="document">{JSON.stringify(shown.data.document, null, 2)}</pre></Card> },
  ];
  return (
    <Page
      title={names?.[side] ?? model}
      hint={t(`kindAnswers.${shown.data.kind}`, { defaultValue: "" })}
      actions={<RefreshBrand brand={brand} />}
    >
      <Typography.Text type="secondary">
        {t(`kinds.${shown.data.kind}`)} · {shown.data.version === 0 ? t("shipped") : t("versionNumber", { version: shown.data.version })}
        {result.data !== undefined && ` · ${t("computed")} ${day(result.data.as_of)}`}
      </Typography.Text>
      <Tabs
        destroyOnHidden
        activeKey={query.get("tab") ?? "result"}
        onChange={(tab) => { setQuery({ tab }, { replace: true }); }}
        items={tabs}
      />
    </Page>
  );
}
