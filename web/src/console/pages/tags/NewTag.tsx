import { useBrand } from "@console/brand";
import { Page } from "@console/parts/Page";
import { useGuard } from "@console/unsaved";
import { Form, Input, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DocumentEditor } from "./DocumentEditor";
import { TEMPLATES, type Template } from "./templates";

const CODE = /^[a-z][a-z0-9_]{0,49}$/;
const KINDS: readonly Template[] = ["manual", "count", "favourite"];

/** A tag of the brand's own, beginning with a document that works. */
export default function NewTag() {
  const { t } = useTranslation("tags");
  const { code: brand } = useBrand();
  const [template, setTemplate] = useState<Template>("manual");
  const [code, setCode] = useState("");
  const { askForAll } = useGuard();
  const fits = CODE.test(code);
  return (
    <Page title={t("newTitle")} hint={t("newHint")}>
      <Form layout="vertical">
        <Form.Item label={t("template")}>
          <Segmented<Template> value={template} onChange={(next) => { askForAll(() => { setTemplate(next); }); }} options={KINDS.map((value) => ({ value, label: t(`templates.${value}`) }))} />
        </Form.Item>
        <Form.Item label={t("code")} validateStatus={code === "" || fits ? undefined : "error"} help={code === "" || fits ? t("codeHint") : t("codeWrong")} required>
          <Input className="search" maxLength={50} value={code} aria-label={t("code")} onChange={(event) => { setCode(event.target.value); }} />
        </Form.Item>
      </Form>
      <DocumentEditor key={template} brand={brand} tag={fits ? code : ""} version={0} text={TEMPLATES[template]} isFixed={false} isNew />
    </Page>
  );
}
