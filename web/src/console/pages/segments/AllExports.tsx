import { useAddress, useBrand } from "@console/brand";
import { BY_CURSOR } from "@console/parts/DataTable";
import { Page } from "@console/parts/Page";
import { api } from "@shared/api/client";
import { useMay } from "@shared/session";
import { Button, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { ExportTable } from "./ExportTable";
import { documentOf, sideOf } from "./document";
import "./segments.css";

const ROWS = 30;

/** Every export of the brand, those of filters without a name too. */
export default function AllExports() {
  const { t, i18n } = useTranslation("segments");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay();
  const side = sideOf(i18n.language);
  const listing = api.useInfiniteQuery("get", "/v1/brands/{brand}/exports", { params: { path: { brand }, query: { limit: ROWS } } }, BY_CURSOR);
  const listed = api.useQuery("get", "/v1/brands/{brand}/segments", { params: { path: { brand } } }, { enabled: may("segments.read") });
  const known = new Map((listed.data?.items ?? []).map((one) => [documentOf(one).code, one]));
  return (
    <Page
      title={t("allExportsTitle")}
      hint={t("allExportsHint")}
      actions={<Button disabled={!may("segments.read")} onClick={() => void navigate(at("segments"))}>{t("toSegments")}</Button>}
    >
      <ExportTable
        brand={brand}
        listing={listing}
        noExportsHint={t("noExportsAtAllHint")}
        of={[{ title: t("exportOf"), key: "of", width: "30%", render: (_, one) => told(one.segment) }]}
      />
    </Page>
  );

  function told(code: string): ReactNode {
    const segment = known.get(code);
    if (segment === undefined) return <code>{code}</code>;
    return (
      <Flex vertical>
        <Link to={at(`segments/${code}`)}>{documentOf(segment).names[side]}</Link>
        <Typography.Text type="secondary" className="segment-says">{segment.says?.[side] ?? t("wordsGone")}</Typography.Text>
      </Flex>
    );
  }
}
