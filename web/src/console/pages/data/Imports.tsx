import { useAddress, useBrand } from "@console/brand";
import { Actor } from "@console/parts/actors/Actor";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { OfBrand, useOfBrand } from "@console/parts/OfBrand";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { count, instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Card, Flex, Skeleton, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import "./data.css";
import { RunState } from "./RunState";
import { UploadBox } from "./UploadBox";
import { bytes } from "./words";

type Upload = Schemas["UploadOut"];

/** Files handed in: a place to drop one, and what became of those before. */
export default function Imports() {
  const { t } = useTranslation("data");
  const { code: brand } = useBrand();
  const at = useAddress();
  const may = useMay();
  const navigate = useNavigate();
  const [query, say] = useWords();
  const terms = api.useQuery("get", "/v1/uploads/terms", {});
  const { of, isAll, nameOf } = useOfBrand();
  const uploads = api.useInfiniteQuery("get", "/v1/uploads", { params: { query: { ...of, limit: 20 } } }, BY_CURSOR);
  const ours = terms.data?.accounts.filter((one) => one.brand === brand) ?? [];
  const account = query.get("account") ?? (ours.length === 1 ? ours[0]?.account : undefined);

  const columns: TableColumnsType<Upload> = [
    {
      title: t("imports.file"), key: "name",
      render: (_, one) => (
        <Flex vertical>
          <Link to={at(`data/imports/${one.id}`)}>{one.name}</Link>
          <Typography.Text type="secondary">{t(`forms.${one.form}`)} · {bytes(one.byte_count)}</Typography.Text>
        </Flex>
      ),
    },
    { title: t("imports.account"), dataIndex: "account" },
    ...(isAll ? [{ title: t("brand"), key: "brand", render: (_: unknown, one: Upload) => nameOf(one.brand) }] : []),
    { title: t("imports.latest"), key: "state", render: (_, one) => (one.runs[0] === undefined ? <Tag>{t("imports.untouched")}</Tag> : <RunState run={one.runs[0]} />) },
    { title: t("progress.applied"), key: "applied", align: "right", render: (_, one) => <span className="number">{count(imported(one)?.progress.applied)}</span> },
    { title: t("progress.refused"), key: "refused", align: "right", render: (_, one) => <RefusedCount run={imported(one)} /> },
    { title: t("imports.uploaded"), key: "at", render: (_, one) => <Flex vertical align="start"><span>{instant(one.uploaded_at)}</span><Typography.Text type="secondary"><Actor id={one.uploaded_by} /></Typography.Text></Flex> },
    { title: t("imports.kept"), key: "kept", render: (_, one) => (one.is_kept ? t("imports.keptUntil", { at: instant(one.kept_until) }) : t("imports.gone")) },
  ];
  if (isForbidden(terms.error)) return <NoPermission permissions={["inbox.read"]} />;
  return (
    <Page title={t("imports.title")} hint={t("imports.hint")}>
      <Card>
        {terms.error !== null && <Refused error={terms.error} onRetry={() => void terms.refetch()} />}
        {terms.data === undefined ? <Skeleton active /> : (
          <UploadBox
            terms={{ ...terms.data, accounts: ours }}
            account={account}
            onAccount={(chosen) => { say({ account: chosen }); }}
            onUploaded={(upload) => void navigate(at(`data/imports/${upload.id}${upload.is_repeat ? "?repeat=yes" : ""}`))}
            refused={may("inbox.write") ? undefined : t("writeNeeded")}
          />
        )}
      </Card>
      <div><OfBrand /></div>
      <DataTable label={t("imports.title")} listing={uploads} rowKey="id" columns={columns} empty={<Empty title={t("imports.none")} hint={t("imports.noneHint")} />} />
    </Page>
  );
}

function imported(upload: Upload) {
  return upload.runs.find((run) => run.purpose === "import") ?? upload.runs[0];
}

function RefusedCount({ run }: { run: Schemas["RunOut"] | undefined }) {
  const at = useAddress();
  if (run === undefined) return <span className="number">{count(undefined)}</span>;
  const shown = count(run.progress.refused);
  if (run.delivery_id === null || run.progress.refused === 0) return <span className="number">{shown}</span>;
  return <Link className="number" to={at(`data/deliveries/${run.delivery_id}?state=refused`)}>{shown}</Link>;
}
