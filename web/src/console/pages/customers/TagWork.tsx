import { useAddress } from "@console/brand";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { UndoTagWork } from "@console/parts/UndoTagWork";
import { type Ending, endingOf } from "@console/parts/tagWork";
import { api, newKey, queries } from "@shared/api/client";
import { count } from "@shared/format";
import { Alert, Button, DatePicker, Flex, Form, Modal, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Filter, leavesNobodyOut } from "./filter";
import { Everybody } from "./Everybody";

interface Props {
  brand: string;
  filter: Filter;
  held: number;
  verb: "give" | "withdraw";
  onClose: () => void;
}

interface Fields {
  tag: string;
  value?: string;
  until?: Dayjs;
  everybody?: boolean;
}

/** Gives everybody of the filter a tag by hand, or takes it back: confirmed, watched, undone. */
export function TagWork({ brand, filter, held, verb, onClose }: Props) {
  const { t, i18n } = useTranslation("customers");
  const at = useAddress();
  const [form] = Form.useForm<Fields>();
  const [key] = useState(newKey);
  const [ending, setEnding] = useState<Ending | null>(null);
  const tags = api.useQuery("get", "/v1/brands/{brand}/tags", { params: { path: { brand } } });
  const code = Form.useWatch("tag", form);
  const tag = api.useQuery(
    "get", "/v1/brands/{brand}/tags/{tag}", { params: { path: { brand, tag: code ?? "" } } }, { enabled: code !== undefined },
  );
  const work = api.useMutation("post", "/v1/brands/{brand}/customers/tag-work");
  const language = i18n.language === "zh-CN" ? "zh" : "en";
  const byHand = (tags.data?.items ?? []).filter((one) => one.kind === "manual" || one.kind === "imported");
  const ask = async () => {
    const fields = await form.validateFields().catch(() => null);
    if (fields === null) return;
    work.mutate({
      params: { path: { brand }, header: { "Idempotency-Key": key } },
      body: {
        condition: filter.condition,
        segment: filter.segment,
        confirmed: held,
        verb,
        tag: fields.tag,
        value: fields.value ?? null,
        until: fields.until?.format("YYYY-MM-DD") ?? null,
        everybody: fields.everybody ?? false,
      },
    });
  };
  const asked = work.data;
  return (
    <Modal
      open
      title={t(verb === "give" ? "giveTag" : "withdrawTag")}
      onCancel={onClose}
      footer={asked !== undefined
        ? <><Link to={at(`jobs?job=${asked.job_id}`)} className="beside">{t("toJob")}</Link><Button onClick={onClose}>{t("close")}</Button></>
        : <Button type="primary" loading={work.isPending} onClick={() => void ask()}>{t(verb === "give" ? "giveTo" : "withdrawFrom", { count: held, shown: count(held) })}</Button>}
    >
      <Flex vertical gap="middle">
        {work.error !== null && <Refused error={work.error} />}
        {tags.error !== null && <Refused error={tags.error} onRetry={() => void tags.refetch()} />}
        {asked === undefined ? (
          <>
            <Alert type="info" showIcon title={t(verb === "give" ? "giveHint" : "withdrawHint", { count: held, shown: count(held) })} />
            <Form<Fields> form={form} layout="vertical">
              <Form.Item name="tag" label={t("tag")} rules={[{ required: true, message: t("tagMissing") }]} extra={byHand.length === 0 && tags.isSuccess ? t("noTagByHand") : undefined}>
                <Select
                  loading={tags.isPending}
                  showSearch={{ optionFilterProp: "label" }}
                  options={byHand.map((one) => ({ value: one.code, label: one.names[language] ?? one.code }))}
                  onChange={() => { form.setFieldValue("value", undefined); }}
                />
              </Form.Item>
              <Form.Item name="value" label={t("value")} rules={verb === "give" ? [{ required: true, message: t("valueMissing") }] : []} extra={verb === "withdraw" ? t("anyValue") : undefined}>
                <Select
                  allowClear={verb === "withdraw"}
                  loading={tag.isFetching}
                  disabled={code === undefined}
                  options={(tag.data?.values ?? []).map((one) => ({ value: one.code, label: one.names[language] ?? one.code }))}
                />
              </Form.Item>
              {verb === "give" && (
                <Form.Item name="until" label={t("until")} extra={t("untilHint")}><DatePicker /></Form.Item>
              )}
              {leavesNobodyOut(filter) && <Everybody held={held} />}
            </Form>
          </>
        ) : (
          <>
            <JobProgress
              jobId={asked.job_id}
              title={t("workTitle", { count: asked.customers, shown: count(asked.customers) })}
              onEnd={(job) => {
                setEnding(endingOf(job));
                void queries.invalidateQueries();
              }}
            />
            {ending !== null && <Ended ending={ending} brand={brand} jobId={asked.job_id} />}
          </>
        )}
      </Flex>
    </Modal>
  );
}

/** How the work ended, and the way back. */
function Ended({ ending, brand, jobId }: { ending: Ending; brand: string; jobId: string }) {
  const { t } = useTranslation("customers");
  const undo = <UndoTagWork brand={brand} jobId={jobId} />;
  if (ending.came === "broken") {
    return <Alert type="warning" showIcon title={t(`workBroken.${ending.state}`)} description={<Flex vertical gap="small" align="start"><span>{t("handling:partChanged")}</span>{undo}</Flex>} />;
  }
  return (
    <Alert
      type={ending.refused > 0 ? "warning" : "success"}
      showIcon
      title={t("workDone", { changed: count(ending.changed) })}
      description={<Flex vertical gap="small" align="start">{ending.refused > 0 && <span>{t("workRefused", { refused: count(ending.refused) })}</span>}{undo}</Flex>}
    />
  );
}
