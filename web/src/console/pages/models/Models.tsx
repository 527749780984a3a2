import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { RefreshBrand } from "@console/parts/RefreshBrand";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, day } from "@shared/format";
import { Skeleton, Table } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { sideOf } from "./names";

/** The models of a brand: what each is, how it was fitted, when it was computed last. */
export default function Models() {
  const { t, i18n } = useTranslation("models");
  const { code: brand } = useBrand();
  const at = useAddress();
  const side = sideOf(i18n.language);
  const models = api.useQuery("get", "/v1/brands/{brand}/models", { params: { path: { brand } } });
  if (isForbidden(models.error)) return <NoPermission permissions={["models.read"]} />;
  return (
    <Page title={t("title")} hint={t("hint")} actions={<RefreshBrand brand={brand} />}>
      {models.error !== null && <Refused error={models.error} onRetry={() => void models.refetch()} />}
      {models.isPending ? <Skeleton active /> : (
        <Table
          aria-label={t("title")}
          rowKey="code"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={models.data?.items ?? []}
          locale={{ emptyText: <Empty /> }}
          columns={[
            { title: t("model"), key: "name", render: (_, one) => <Link to={at(one.kind === "rfm" ? `rfm?model=${one.code}` : `models/${one.code}`)}>{one.names[side]}</Link> },
            { title: t("kind"), dataIndex: "kind", render: (kind: string) => t(`kinds.${kind}`, { defaultValue: kind }) },
            { title: t("answers"), key: "answers", render: (_, one) => <span className="model-answers">{t(`kindAnswers.${one.kind}`, { defaultValue: "" })}</span> },
            { title: t("version"), dataIndex: "version", render: (version: number) => (version === 0 ? t("shipped") : t("versionNumber", { version })) },
            { title: t("fitted"), dataIndex: "fitted_on", render: (value: string | null) => day(value) },
            { title: t("computed"), dataIndex: "as_of", render: (value: string | null) => (value === null ? t("never") : day(value)) },
            { title: t("evaluated"), dataIndex: "evaluated", align: "right", render: (value: number | null) => count(value) },
          ]}
        />
      )}
    </Page>
  );
}
