import { useAddress } from "@console/brand";
import { JobProgress } from "@console/parts/JobProgress";
import { Refused } from "@console/parts/Refused";
import { api, newKey } from "@shared/api/client";
import { count } from "@shared/format";
import { Alert, Button, Flex, Form, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Filter } from "./filter";
import { useWord } from "./words";

const PURPOSES = ["service", "marketing", "profiling", "sharing"] as const;

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
  const [key] = useState(newKey);
  const work = api.useMutation("post", "/v1/brands/{brand}/customers/exports");
  const asked = work.data;
  const ask = () => {
    work.mutate({
      params: { path: { brand }, header: { "Idempotency-Key": key } },
      body: { condition: filter.condition, segment: filter.segment, confirmed: held, purpose },
    });
  };
  return (
    <Modal
      open
      title={t("exportThem")}
      onCancel={onClose}
      footer={asked === undefined
        ? <Button type="primary" loading={work.isPending} onClick={ask}>{t("exportNow", { count: held, shown: count(held) })}</Button>
        : <Button onClick={() => void navigate(at("segments"))}>{t("toExports")}</Button>}
    >
      <Flex vertical gap="middle">
        {work.error !== null && <Refused error={work.error} />}
        {asked === undefined ? (
          <>
            <Alert type="info" showIcon title={t("exportHint")} />
            <Form layout="vertical">
              <Form.Item label={t("purpose")}>
                <Select
                  value={purpose}
                  options={PURPOSES.map((one) => ({ value: one, label: word("purposes", one) }))}
                  onChange={(chosen: (typeof PURPOSES)[number]) => { setPurpose(chosen); }}
                />
              </Form.Item>
            </Form>
          </>
        ) : <JobProgress jobId={asked.job_id} title={t("exporting", { count: asked.customers, shown: count(asked.customers) })} />}
      </Flex>
    </Modal>
  );
}
