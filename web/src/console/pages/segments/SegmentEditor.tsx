import { useAddress, useBrand } from "@console/brand";
import { useSave } from "@console/keyboard";
import { ConditionBuilder, CountPanel, type Document, useCondition, useCount } from "@console/parts/condition";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { useSession } from "@shared/session";
import { App, Button, Card, Flex, Form, Input, Skeleton } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { codeFrom, documentOf, ownerFrom, ownerOf, sideOf } from "./document";
import "./segments.css";

const CODE = /^[a-z][a-z0-9_]{0,49}$/;
const EVERYBODY: Document = { all: [] };

/** Makes a segment, or changes one: `?condition=` in the address is where a new one begins. */
export default function SegmentEditor() {
  const { code: brand } = useBrand();
  const { segment } = useParams();
  const [query] = useSearchParams();
  const place = { params: { path: { brand, segment: segment ?? "" } } };
  const known = api.useQuery("get", "/v1/brands/{brand}/segments/{segment}", place, { enabled: segment !== undefined, staleTime: 0, refetchOnReconnect: false });
  const begun = useMemo(() => conditionOf(query.get("condition")), [query]);
  if (segment === undefined) return <Editor brand={brand} known={null} begun={begun} />;
  if (known.data === undefined && known.error !== null) return <Page title={segment}><Refused error={known.error} onRetry={() => void known.refetch()} /></Page>;
  if (known.data === undefined) return <Page title={segment}><Skeleton active /></Page>;
  return <Editor key={known.data.version} brand={brand} known={known.data} begun={documentOf(known.data).condition} />;
}

interface Fields {
  zh: string;
  en: string;
  code: string;
  owner: string;
}

function Editor({ brand, known, begun }: { brand: string; known: Schemas["SegmentOut"] | null; begun: Document }) {
  const { t, i18n } = useTranslation("segments");
  const at = useAddress();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { user } = useSession();
  const [form] = Form.useForm<Fields>();
  const condition = useCondition(brand, begun);
  const [isNamed, setNamed] = useState(false);
  const counted = useCount(brand, condition.gaps.size === 0 ? condition.document : null);
  const before = known === null ? null : documentOf(known);
  const put = api.useMutation("put", "/v1/brands/{brand}/segments/{segment}", {
    onSuccess: (saved) => {
      void queries.invalidateQueries();
      void message.success(t("saved", { version: saved.version }));
      void navigate(at(`segments/${documentOf(saved).code}`));
    },
  });
  const isSaving = put.isPending || condition.isReading;
  const lacks = condition.gaps.size > 0 && condition.written === null;
  const save = async () => {
    if (put.isPending || condition.isReading) return;
    const fields = await form.validateFields().catch(() => null);
    const meant = fields === null ? null : await condition.settle();
    if (fields === null || meant === null) return;
    const code = before?.code ?? fields.code;
    put.mutate({
      params: { path: { brand, segment: code }, header: { "If-Match": `"${String(known?.version ?? 0)}"` } },
      body: { names: { zh: fields.zh.trim(), en: fields.en.trim() }, owner: ownerFrom(fields.owner, t("operations")), condition: meant },
    });
  };
  useSave(() => void save(), isSaving);
  useUnsaved((isNamed || condition.isChanged) && !put.isPending);
  const refusal = put.error instanceof Refusal && put.error.code === "platform.condition_invalid" ? put.error : counted.refusal;
  return (
    <Page
      title={before === null ? t("newTitle") : t("editNamed", { name: before.names[sideOf(i18n.language)] })}
      hint={t("editHint")}
      actions={(
        <>
          <Button onClick={() => void navigate(before === null ? at("segments") : at(`segments/${before.code}`))}>{t("back")}</Button>
          <Button type="primary" loading={isSaving} disabled={lacks} title={lacks ? t("completeFirst") : t("saveKeys")} onClick={() => void save()}>{t("save")}</Button>
        </>
      )}
    >
      {put.error !== null && <Refused error={put.error} />}
      <div className="segment-editor">
        <Flex vertical gap="middle">
          <Form<Fields>
            form={form}
            layout="vertical"
            initialValues={{ zh: before?.names.zh ?? "", en: before?.names.en ?? "", code: before?.code ?? "", owner: before === null ? user.shown_name : ownerOf(before, t("operations")) }}
            onValuesChange={(changed: Partial<Fields>) => {
              setNamed(true);
              if (before === null && changed.en !== undefined && !form.isFieldTouched("code")) form.setFieldValue("code", codeFrom(changed.en));
            }}
          >
            <div className="segment-fields">
              <Form.Item name="zh" label={t("nameZh")} rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}><Input maxLength={100} /></Form.Item>
              <Form.Item name="en" label={t("nameEn")} rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}><Input maxLength={100} /></Form.Item>
              <Form.Item name="code" label={t("code")} tooltip={t("codeHint")} rules={[{ pattern: CODE, required: true, message: t("codeWrong") }]}><Input maxLength={50} disabled={before !== null} /></Form.Item>
              <Form.Item name="owner" label={t("owner")} rules={[{ required: true, whitespace: true, message: t("ownerMissing") }]}><Input maxLength={100} /></Form.Item>
            </div>
          </Form>
          <Card size="small" title={t("who")}>
            <ConditionBuilder brand={brand} condition={condition} refusal={refusal} except={before?.code} />
          </Card>
        </Flex>
        <aside className="segment-count">
          <CountPanel brand={brand} document={condition.document} isWhole={condition.gaps.size === 0} counted={counted} />
        </aside>
      </div>
    </Page>
  );
}

function conditionOf(text: string | null): Document {
  if (text === null) return EVERYBODY;
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === "object" && document !== null && !Array.isArray(document) ? (document as Document) : EVERYBODY;
  } catch {
    return EVERYBODY;
  }
}
