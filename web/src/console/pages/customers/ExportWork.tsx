import { useAddress } from "@console/brand";
import { ExportFile } from "@console/parts/ExportFile";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, newKey } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { count, instant } from "@shared/format";
import { Alert, Button, Flex, Form, Modal, Select, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Everybody } from "./Everybody";
import { type Filter, leavesNobodyOut } from "./filter";
import { useWord } from "./words";

const PURPOSES = ["service", "marketing", "profiling", "sharing"] as const;

interface Fields {
  everybody?: boolean;
}

interface Props {
  brand: string;
  filter: Filter;
  held: number;
  onClose: () => void;
}

/** Exports everybody of the filter for a purpose; who did not agree to it is left out. */
export function ExportWork({ brand, filter, held, onClose }: Props) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const at = useAddress();
  const navigate = useNavigate();
  const [purpose, setPurpose] = useState<(typeof PURPOSES)[number]>("marketing");
  const [form] = Form.useForm<Fields>();
  const [key] = useState(newKey);
  const [state, setState] = useState<Schemas["JobOut"]["state"] | null>(null);
  const work = api.useMutation("post", "/v1/brands/{brand}/customers/exports");
  const asked = work.data;
  const ask = async () => {
    const fields = await form.validateFields().catch(() => null);
    if (fields === null) return;
    work.mutate({
      params: { path: { brand }, header: { "Idempotency-Key": key } },
      body: { condition: filter.condition, segment: filter.segment, confirmed: held, purpose, everybody: fields.everybody ?? false },
    });
  };
  return (
    <Modal
      open
      title={t("exportThem")}
      onCancel={onClose}
      footer={asked === undefined
        ? <Button type="primary" loading={work.isPending} onClick={() => void ask()}>{t("exportNow", { count: held, shown: count(held) })}</Button>
        : <Button onClick={() => void navigate(at("segments/exports"))}>{t("toExports")}</Button>}
    >
      <Flex vertical gap="middle">
        {work.error !== null && <Refused error={work.error} />}
        {asked === undefined ? (
          <>
            <Alert type="info" showIcon title={t("exportHint")} />
            <Form<Fields> form={form} layout="vertical">
              <Form.Item label={t("purpose")}>
                <Select
                  value={purpose}
                  options={PURPOSES.map((one) => ({ value: one, label: word("purposes", one) }))}
                  onChange={(chosen: (typeof PURPOSES)[number]) => { setPurpose(chosen); }}
                />
              </Form.Item>
              {leavesNobodyOut(filter) && <Everybody held={held} />}
            </Form>
          </>
        ) : (
          <>
            <JobProgress
              jobId={asked.job_id}
              title={t("exporting", { count: asked.customers, shown: count(asked.customers) })}
              onEnd={(job) => { setState(job.state); }}
            />
            {state === "done" && <Written brand={brand} exportId={asked.export_id} />}
            {state === "cancelled" && <Alert type="warning" showIcon title={t("exportCancelled")} />}
          </>
        )}
      </Flex>
    </Modal>
  );
}

/** What came of the export, and its file. */
function Written({ brand, exportId }: { brand: string; exportId: string }) {
  const { t } = useTranslation("customers");
  const word = useWord();
  const asked = api.useQuery("get", "/v1/brands/{brand}/exports/{export_id}", { params: { path: { brand, export_id: exportId } } });
  if (asked.error !== null) return <Refused error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Skeleton active title={false} />;
  const leftOut = Object.entries(asked.data.left_out ?? {});
  return (
    <Alert
      type="success"
      showIcon
      title={t("exported", { count: asked.data.written ?? 0, shown: count(asked.data.written) })}
      description={(
        <Flex vertical gap="small" align="start">
          {leftOut.map(([reason, number]) => <span key={reason}>{t("exportLeftOut", { reason: word("refusals", reason), shown: count(number) })}</span>)}
          <span>{t("exportKept", { until: instant(asked.data.kept_until) })}</span>
          <ExportFile brand={brand} exportId={exportId} of={t("exportName")} isPrimary />
        </Flex>
      )}
    />
  );
}
