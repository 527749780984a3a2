import { useAddress } from "@console/brand";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, App, Button, Card, Descriptions, Popconfirm, Select, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import "./data.css";
import { Preview } from "./Preview";
import { Reading } from "./Reading";
import { Runs } from "./Runs";
import { chosenFrom } from "./reading";
import { bytes } from "./words";

/** One file: what it seems to be, how it is to be read, what that gives, and what was done with it. */
export default function Upload() {
  const { t } = useTranslation("data");
  const { uploadId = "" } = useParams();
  const [query, choose] = useWords();
  const at = useAddress();
  const place = { path: { upload_id: uploadId } };
  const upload = api.useQuery("get", "/v1/uploads/{upload_id}", { params: place });
  const sheet = query.get("sheet") ?? undefined;
  const look = api.useQuery(
    "get", "/v1/uploads/{upload_id}/look",
    { params: { ...place, query: sheet === undefined ? {} : { sheet } } },
    { enabled: upload.data?.is_kept === true, staleTime: Infinity },
  );
  const chosen = chosenFrom(query, look.data);
  if (isForbidden(upload.error)) return <NoPermission permissions={["inbox.read"]} />;
  if (upload.data === undefined && upload.error !== null) return <Refused error={upload.error} onRetry={() => void upload.refetch()} />;
  if (upload.data === undefined) return <Skeleton active />;
  const file = upload.data;
  return (
    <Page title={file.name} hint={t("upload.hint")} actions={<Forget upload={file} onDone={() => void upload.refetch()} />}>
      {query.get("repeat") === "yes" && <Alert showIcon type="info" title={t("upload.repeat")} closable />}
      <Card title={t("upload.seen")}>
        {look.error !== null && <Refused error={look.error} onRetry={() => void look.refetch()} />}
        <Facts upload={file} look={look.data} onSheet={(name) => { choose({ sheet: name }); }} />
        {!file.is_kept && <Alert className="data-note" showIcon type="info" title={t("upload.gone")} description={<Link to={at("data/imports")}>{t("upload.again")}</Link>} />}
      </Card>
      {file.is_kept && look.isPending && <Skeleton active />}
      {file.is_kept && look.data !== undefined && (
        <>
          <Reading look={look.data} chosen={chosen} onChoose={choose} />
          {chosen !== null && query.get("editing") !== "yes" && <Preview uploadId={file.id} chosen={chosen} />}
        </>
      )}
      <Runs upload={file} chosen={query.get("editing") === "yes" ? null : chosen} onChanged={() => void upload.refetch()} />
    </Page>
  );
}

function Facts({ upload, look, onSheet }: { upload: Schemas["UploadOut"]; look: Schemas["LookOut"] | undefined; onSheet: (name: string) => void }) {
  const { t } = useTranslation("data");
  const items = [
    { key: "form", label: t("upload.form"), children: `${t(`forms.${upload.form}`)}${upload.is_packed ? ` · ${t("upload.packed")}` : ""} · ${bytes(upload.byte_count)}` },
    { key: "account", label: t("imports.account"), children: upload.account },
    { key: "at", label: t("imports.uploaded"), children: instant(upload.uploaded_at) },
    { key: "kept", label: t("imports.kept"), children: upload.is_kept ? t("imports.keptUntil", { at: instant(upload.kept_until) }) : t("imports.gone") },
  ];
  if (look?.encoding) items.push({ key: "encoding", label: t("upload.encoding"), children: `${look.encoding.toUpperCase().replaceAll("_", "-")} · ${t(`separators.${nameOf(look.delimiter)}`)}` });
  if (look?.header_row) items.push({ key: "header", label: t("upload.header"), children: t("upload.headerRow", { row: look.header_row, columns: look.columns.length }) });
  return (
    <>
      <Descriptions size="small" column={{ xs: 1, md: 2, xl: 3 }} items={items} />
      {look !== undefined && look.sheets.length > 1 && (
        <Select className="data-field" aria-label={t("upload.sheet")} value={look.sheet} onChange={onSheet} options={look.sheets.map((name) => ({ value: name, label: `${t("upload.sheet")}: ${name}` }))} />
      )}
    </>
  );
}

function Forget({ upload, onDone }: { upload: Schemas["UploadOut"]; onDone: () => void }) {
  const { t } = useTranslation("data");
  const may = useMay();
  const { message } = App.useApp();
  const forget = api.useMutation("delete", "/v1/uploads/{upload_id}", { onSuccess: () => { void message.success(t("upload.forgotten")); onDone(); } });
  if (!upload.is_kept || !may("inbox.write")) return null;
  return (
    <Popconfirm title={t("upload.forget")} description={t("upload.forgetHint")} okText={t("upload.forget")} onConfirm={() => { forget.mutate({ params: { path: { upload_id: upload.id } } }); }}>
      <Button loading={forget.isPending}>{t("upload.forget")}</Button>
    </Popconfirm>
  );
}

function nameOf(delimiter: string | null): "comma" | "tab" | "semicolon" | "bar" {
  if (delimiter === "\t") return "tab";
  if (delimiter === ";") return "semicolon";
  return delimiter === "|" ? "bar" : "comma";
}

