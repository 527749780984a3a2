import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import { refusalOfItem, useRefusalText } from "@shared/refusalText";
import { textOf } from "@shared/textOf";
import { Alert, Button, Card, DatePicker, Flex, Form, Input, Select, Upload } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Side, TagDocument } from "./document";

interface Fields {
  customers: string;
  value: string;
  until?: Dayjs | null;
}

const BYTES_MAX = 900_000;

/** Says a tag of customers, takes it back, or takes a file of such sayings. */
export function ByHand({ brand, document, side }: { brand: string; document: TagDocument; side: Side }) {
  const { t } = useTranslation("tags");
  const say = useRefusalText();
  const [form] = Form.useForm<Fields>();
  const path = { brand, tag: document.code };
  const onSuccess = () => void queries.invalidateQueries();
  const give = api.useMutation("post", "/v1/brands/{brand}/tags/{tag}/givings", { onSuccess });
  const withdraw = api.useMutation("post", "/v1/brands/{brand}/tags/{tag}/withdrawals", { onSuccess });
  const { values } = document;
  const act = async (what: "give" | "withdraw") => {
    give.reset();
    withdraw.reset();
    const fields = await form.validateFields(what === "give" ? undefined : ["customers"]).catch(() => null);
    if (fields === null) return;
    const customers = idsIn(form.getFieldValue("customers") as string);
    if (what === "withdraw") {
      const value = form.getFieldValue("value") as string | undefined;
      withdraw.mutate({ params: { path }, body: { customers, value: value ? value : null } });
      return;
    }
    const until = fields.until?.format("YYYY-MM-DD") ?? null;
    give.mutate({ params: { path }, body: { items: customers.map((customer_id) => ({ customer_id, value: fields.value, until })) } });
  };
  return (
    <Flex vertical gap="middle">
      <Card size="small" title={t("sayByHand")}>
        <Form<Fields> form={form} layout="vertical" initialValues={{ customers: "", value: "" }}>
          <Form.Item name="customers" label={t("customerIds")} rules={[{ required: true, whitespace: true, message: t("customersMissing") }]} help={t("customersHint")}>
            <Input.TextArea rows={3} />
          </Form.Item>
          <Form.Item name="value" label={t("value")} rules={[{ required: true, message: t("valueMissing") }]}>
            {Array.isArray(values) ? <Select options={values.map((one) => ({ value: one.code, label: one.names[side] }))} /> : <Input maxLength={100} />}
          </Form.Item>
          <Form.Item name="until" label={t("until")} help={t("untilHint")}><DatePicker /></Form.Item>
          <Flex gap="small">
            <Button type="primary" loading={give.isPending} onClick={() => void act("give")}>{t("give")}</Button>
            <Button loading={withdraw.isPending} onClick={() => void act("withdraw")}>{t("withdraw")}</Button>
          </Flex>
        </Form>
        {give.error !== null && <Refused error={give.error} />}
        {withdraw.error !== null && <Refused error={withdraw.error} />}
        {give.data !== undefined && (
          <Alert
            type={give.data.refused > 0 ? "warning" : "success"}
            showIcon
            title={t("given", { given: give.data.given, refused: give.data.refused })}
            description={give.data.items.filter((one) => one.state === "refused").slice(0, 10).map((one) => <div key={one.customer_id}>{one.customer_id}: {say(refusalOfItem(one))}</div>)}
          />
        )}
        {withdraw.data !== undefined && <Alert type="success" showIcon title={t("withdrawn", { count: withdraw.data.taken_back })} />}
      </Card>
      <ImportFile brand={brand} tag={document.code} />
    </Flex>
  );
}

function ImportFile({ brand, tag }: { brand: string; tag: string }) {
  const { t } = useTranslation("tags");
  const say = useRefusalText();
  const [tooLarge, setTooLarge] = useState(false);
  const take = api.useMutation("post", "/v1/brands/{brand}/tags/{tag}/imports", { onSuccess: () => void queries.invalidateQueries() });
  const read = async (file: File) => {
    take.reset();
    setTooLarge(file.size > BYTES_MAX);
    if (file.size > BYTES_MAX) return;
    const text = await textOf(file);
    take.mutate({ params: { path: { brand, tag } }, body: { name: file.name, text } });
  };
  return (
    <Card size="small" title={t("importFile")}>
      <Flex vertical gap="small">
        <Upload.Dragger accept=".csv,text/csv" showUploadList={false} disabled={take.isPending} beforeUpload={(file) => { void read(file); return false; }}>
          {t("dropFile")}
        </Upload.Dragger>
        <span className="muted">{t("fileHint")}</span>
        {tooLarge && <Alert type="error" showIcon title={t("fileTooLarge")} />}
        {take.error !== null && <Refused error={take.error} />}
        {take.data !== undefined && (
          <Alert
            type={take.data.refused > 0 ? "warning" : "success"}
            showIcon
            title={t("given", { given: take.data.given, refused: take.data.refused })}
            description={take.data.lines.map((one) => <div key={one.line}>{t("line", { line: one.line })} {say(refusalOfItem(one))}</div>)}
          />
        )}
      </Flex>
    </Card>
  );
}

function idsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;\uff0c\uff1b\u3001]+/).filter(Boolean))];
}
