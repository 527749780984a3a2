import { useBrand } from "@console/brand";
import { useSaveInDialog } from "@console/keyboard";
import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { App, DatePicker, Flex, Form, Input, Modal, Select, Typography } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";

type Purpose = Schemas["ConsentPolicyOut"]["purpose"];

const PURPOSES: readonly Purpose[] = ["service", "marketing", "profiling", "sharing"];
const WIDE = 720;
const VERSION_LENGTH_MAX = 100;
const TEXT_LENGTH_MAX = 100_000;
const ROWS = 10;

interface Values {
  purpose: Purpose;
  version: string;
  from: Dayjs;
  content: string;
}

/** Keeps a new version of a text; it cannot be changed afterwards. */
export function NewText({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("rights");
  const { code: brand } = useBrand();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const keep = api.useMutation("put", "/v1/brands/{brand}/consent-policies", {
    onSuccess: () => { void message.success(t("texts.saved")); void queries.invalidateQueries(); onClose(); },
  });
  const [isTouched, setTouched] = useState(false);
  const { leave } = useUnsaved(isTouched && !keep.isPending);
  useSaveInDialog(() => { form.submit(); }, keep.isPending);
  const needed = { required: true, message: t("texts.missing") };
  return (
    <Modal open title={t("texts.newTitle")} width={WIDE} okText={t("texts.save")} confirmLoading={keep.isPending} onOk={() => { form.submit(); }} onCancel={() => { leave(onClose); }}>
      <Flex vertical gap="middle">
        <Typography.Text type="secondary">{t("texts.contentHint")}</Typography.Text>
        {keep.error !== null && <Refused error={keep.error} />}
        <Form<Values>
          form={form}
          onValuesChange={() => { setTouched(true); }}
          layout="vertical"
          initialValues={{ purpose: "marketing", from: dayjs().startOf("day") }}
          onFinish={({ purpose, version, from, content }) => {
            if (!keep.isPending) keep.mutate({ params: { path: { brand } }, body: { purpose, version: version.trim(), effective_from: from.startOf("day").toISOString(), content } });
          }}
        >
          <Form.Item name="purpose" label={t("texts.purpose")} rules={[needed]}>
            <Select options={PURPOSES.map((one) => ({ value: one, label: t(`texts.purposes.${one}`) }))} />
          </Form.Item>
          <Form.Item name="version" label={t("texts.version")} rules={[{ ...needed, whitespace: true }]}>
            <Input maxLength={VERSION_LENGTH_MAX} placeholder={t("texts.versionHint")} />
          </Form.Item>
          <Form.Item name="from" label={t("texts.from")} rules={[needed]}>
            <DatePicker allowClear={false} />
          </Form.Item>
          <Form.Item name="content" label={t("texts.content")} rules={[{ ...needed, whitespace: true }]}>
            <Input.TextArea rows={ROWS} maxLength={TEXT_LENGTH_MAX} showCount />
          </Form.Item>
        </Form>
      </Flex>
    </Modal>
  );
}
