import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Badge, Button, Card, Flex, Select, Skeleton, Table } from "antd";
import type { TableProps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { NewDraft } from "./NewDraft";
import { Changes } from "./Parts";
import type { Version } from "./words";

const NOTHING = 0;

/** Every version of the programme, and what any of them changes of any other. */
export default function History() {
  const { t } = useTranslation("programme");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const [begun, setBegun] = useState<number | null>(null);
  const versions = api.useQuery("get", "/v1/brands/{brand}/programme/versions", { params: { path: { brand } } });
  const items = versions.data?.items ?? [];
  const newest = Math.max(NOTHING, ...items.map((one) => one.version));
  const after = Number(query.get("after") ?? newest);
  const before = Number(query.get("before") ?? Math.max(after - 1, NOTHING));
  const now = new Date().toISOString();
  const inEffect = items.filter((one) => one.effective_from <= now).at(-1)?.version;
  const pick = (changed: { before?: number; after?: number }) => { setQuery({ before: String(before), after: String(after), ...Object.fromEntries(Object.entries(changed).map(([key, value]) => [key, String(value)])) }, { replace: true }); };
  const columns: TableProps<Version>["columns"] = [
    { title: t("version"), key: "version", render: (_, row) => <Flex gap="small">{t("versionNumber", { version: row.version })}{row.version === inEffect && <Badge status="success" text={t("inEffect")} />}{row.effective_from > now && <Badge status="processing" text={t("isPlanned")} />}</Flex> },
    { title: t("effectiveFrom"), key: "from", render: (_, row) => instant(row.effective_from) },
    { title: t("putByWhom"), key: "by", render: (_, row) => <><Actor id={row.put_by} /> · {instant(row.put_at)}</> },
    {
      title: "",
      key: "do",
      render: (_, row) => (
        <Flex gap="small">
          <Button size="small" onClick={() => { pick({ before: row.version - 1, after: row.version }); }}>{t("whatItChanged")}</Button>
          <Button size="small" disabled={!may("programme.write")} onClick={() => { setBegun(row.version); }}>{t("startFrom")}</Button>
        </Flex>
      ),
    },
  ];
  const options = [...items].reverse().map((one) => ({ value: one.version, label: t("versionNumber", { version: one.version }) }));
  return (
    <Page title={t("historyTitle")} hint={t("historyHint")}>
      {versions.error !== null && <Refused error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.isPending && <Skeleton active />}
      {versions.data !== undefined && items.length === 0 && <Empty title={t("noProgramme")} hint={t("noProgrammeHint")} />}
      {items.length > 0 && (
        <>
          <Table<Version> aria-label={t("historyTitle")} rowKey="version" dataSource={[...items].reverse()} columns={columns} pagination={items.length > 20 ? { pageSize: 20 } : false} scroll={{ x: "max-content" }} />
          <Card
            title={(
              <Flex gap="small" align="center" wrap>
                {t("compare")}
                <Select aria-label={t("before")} value={before} options={[...options, { value: NOTHING, label: t("noBase") }]} onChange={(value) => { pick({ before: value }); }} />
                {t("to")}
                <Select aria-label={t("after")} value={after} options={options} onChange={(value) => { pick({ after: value }); }} />
              </Flex>
            )}
          >
            <Between brand={brand} before={before} after={after} />
          </Card>
        </>
      )}
      <NewDraft isOpen={begun !== null} hasProgramme {...(begun === null ? {} : { version: begun })} onClose={() => { setBegun(null); }} onStarted={(draft) => void navigate(at(`programme/drafts/${draft.id}`))} />
    </Page>
  );
}

function Between({ brand, before, after }: { brand: string; before: number; after: number }) {
  const { t } = useTranslation("programme");
  const asked = { params: { path: { brand }, query: { before: String(before), after: String(after) } } };
  const found = api.useQuery("get", "/v1/brands/{brand}/programme/differences", asked, { retry: false });
  if (found.error !== null) return <Refused error={found.error} />;
  if (found.data === undefined) return <Skeleton active />;
  return <Changes changes={found.data.items} nothing={t("sameDocument")} />;
}
