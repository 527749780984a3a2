import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { count, percent } from "@shared/format";
import { Button, Card, Flex, Select, Skeleton, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { documentOf, sideOf } from "./document";
import { conditionOfRegion } from "./regions";
import "./segments.css";

const COMPARED_MAX = 5;

/** How segments lie over one another: everybody in exactly one row, as bars, and pair by pair. */
export default function Overlap() {
  const { t, i18n } = useTranslation("segments");
  const { code: brand } = useBrand();
  const at = useAddress();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const picked = (query.get("segments") ?? "").split(",").filter(Boolean);
  const side = sideOf(i18n.language);
  const listed = api.useQuery("get", "/v1/brands/{brand}/segments", { params: { path: { brand } } });
  const overlap = api.useQuery(
    "post", "/v1/brands/{brand}/audiences/overlap",
    { params: { path: { brand } }, body: { segments: picked } },
    { enabled: picked.length >= 2, retry: false },
  );
  const names = new Map((listed.data?.items ?? []).map((one) => [documentOf(one).code, documentOf(one).names[side]]));
  const nameOf = (code: string) => names.get(code) ?? code;
  const found = overlap.data;
  const most = Math.max(1, ...(found?.regions ?? []).map((region) => region.customers));
  return (
    <Page title={t("overlapTitle")} hint={t("overlapHint")} actions={<Button onClick={() => void navigate(at("segments"))}>{t("back")}</Button>}>
      <Select
        mode="multiple"
        className="overlap-choice"
        aria-label={t("overlapChoose")}
        placeholder={t("overlapChoose")}
        maxCount={COMPARED_MAX}
        value={picked}
        options={(listed.data?.items ?? []).filter((one) => !one.is_archived).map((one) => ({ value: documentOf(one).code, label: documentOf(one).names[side] }))}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(codes: string[]) => { setQuery({ segments: codes.join(",") }, { replace: true }); }}
      />
      {picked.length < 2 && <Empty title={t("overlapTwo")} />}
      {overlap.error !== null && <Refused error={overlap.error} onRetry={() => void overlap.refetch()} />}
      {picked.length >= 2 && overlap.isPending && <Skeleton active />}
      {found !== undefined && picked.length >= 2 && (
        <>
          <Typography.Text>{t("inAny", { count: count(found.in_any), everyone: count(found.everyone) })}</Typography.Text>
          <Card size="small" title={t("regions")}>
            <table className="upset" aria-label={t("regions")}>
              <thead>
                <tr>{found.segments.map((code) => <th key={code} scope="col"><Link to={at(`segments/${code}`)}>{nameOf(code)}</Link></th>)}<th scope="col">{t("onlyThese")}</th><th scope="col" className="number">{t("persons")}</th></tr>
              </thead>
              <tbody>
                {[...found.regions].sort((one, other) => other.customers - one.customers).map((region) => (
                  <tr key={region.segments.join()}>
                    {found.segments.map((code) => {
                      const inside = region.segments.includes(code);
                      return <td key={code} className={inside ? "dot in" : "dot"} aria-label={inside ? t("isIn") : t("isOut")}>{inside ? "●" : "○"}</td>;
                    })}
                    <td className="bar-place">{region.customers > 0 && <span className="bar own" style={{ inlineSize: `${String((100 * region.customers) / most)}%` }} />}</td>
                    <td className="number">
                      <Link to={at(`segments/new?condition=${encodeURIComponent(JSON.stringify(conditionOfRegion(region.segments, found.segments)))}`)} title={t("regionToSegment")}>{count(region.customers)}</Link>
                      <span className="muted"> {percent(found.in_any === 0 ? 0 : region.customers / found.in_any)}</span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Card>
          <Pairs segments={found.segments} customers={found.customers} nameOf={nameOf} />
        </>
      )}
    </Page>
  );
}

function Pairs({ segments, customers, nameOf }: { segments: string[]; customers: number[][]; nameOf: (code: string) => string }) {
  const { t } = useTranslation("segments");
  const rows = segments.map((code, place) => ({ code, counts: customers[place] ?? [] }));
  return (
    <Card size="small" title={t("pairs")}>
      <Flex vertical gap="small">
        <Typography.Text type="secondary">{t("pairsHint")}</Typography.Text>
        <Table
          size="small"
          rowKey="code"
          aria-label={t("pairs")}
          pagination={false}
          dataSource={rows}
          columns={[
            { title: "", dataIndex: "code", render: (code: string) => nameOf(code) },
            ...segments.map((code, column) => ({
              title: nameOf(code),
              key: code,
              align: "right" as const,
              render: (_: unknown, row: (typeof rows)[number], index: number) => (
                <span>{count(row.counts[column])} <span className="muted">{percent(share(row.counts[column], row.counts[index]))}</span></span>
              ),
            })),
          ]}
        />
      </Flex>
    </Card>
  );
}

function share(part: number | undefined, whole: number | undefined): number {
  return whole ? (part ?? 0) / whole : 0;
}
