import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { http, queries } from "@shared/api/client";
import { count } from "@shared/format";
import { refusalOfItem, useRefusalText } from "@shared/refusalText";
import { textOf } from "@shared/textOf";
import { Alert, Button, Drawer, Flex, Input, Progress, Table, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Column, rowsOf, staffRow, storeRow } from "./importing";
import { type Rows, STORE_KINDS } from "./words";

const BATCH = 200;
const BYTES_MAX = 5_000_000;

interface Props {
  isOpen: boolean;
  title: string;
  what: "stores" | "staff";
  columns: readonly Column[];
  onClose: () => void;
}

interface Work {
  done: number;
  all: number;
  told: Rows[];
  error: unknown;
}

/** Takes rows of a sheet, pasted or from a file, and tells of each what came of it. */
export function ImportRows({ isOpen, title, what, columns, onClose }: Props) {
  const { t, i18n } = useTranslation("organisation");
  const [text, setText] = useState("");
  const [work, setWork] = useState<Work | null>(null);
  const [isRunning, setRunning] = useState(false);
  const called = (column: Column) => ["zh-CN", "en-US"].map((lng) => i18n.t(`organisation:columns.${column}`, { lng }));
  const rows = text.trim() === "" ? [] : rowsOf(text, columns, called);
  const lacksCode = rows.some((row) => (row.code ?? "") === "");
  const kindOf = (said: string) => STORE_KINDS.find((kind) => ["zh-CN", "en-US"].some((lng) => i18n.t(`organisation:kinds.${kind}`, { lng }) === said)) ?? said;
  const send = async (batch: Record<string, string>[]) => what === "stores"
    ? http.PUT("/v1/stores", { body: { items: batch.map((row) => storeRow(row, kindOf)) } })
    : http.PUT("/v1/staff", { body: { items: batch.map(staffRow) } });
  const run = async () => {
    setRunning(true);
    const told: Rows[] = [];
    let error: unknown = null;
    for (let done = 0; done < rows.length && error === null; done += BATCH) {
      setWork({ done, all: rows.length, told: [...told], error });
      try {
        const { data } = await send(rows.slice(done, done + BATCH));
        if (data !== undefined) told.push(data);
      } catch (refusal) {
        error = refusal;
      }
    }
    setWork({ done: rows.length, all: rows.length, told, error });
    setRunning(false);
    void queries.invalidateQueries();
  };
  const { leave } = useUnsaved(isRunning || (rows.length > 0 && work === null));
  const close = () => { leave(() => { setText(""); setWork(null); onClose(); }); };
  const template = `data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${columns.map((column) => t(`columns.${column}`)).join(",")}\r\n`)}`;
  return (
    <Drawer open={isOpen} onClose={close} size="large" title={title} destroyOnHidden>
      <Flex vertical gap="middle">
        <Typography.Text type="secondary">{t(`${what}.importHint`)}</Typography.Text>
        <Flex gap="small" wrap>
          <Upload
            accept=".csv,.txt,.tsv"
            showUploadList={false}
            beforeUpload={(file) => {
              if (file.size <= BYTES_MAX) void textOf(file).then((read) => { setText(read); setWork(null); });
              return false;
            }}
          >
            <Button>{t("chooseFile")}</Button>
          </Upload>
          <Button href={template} download={`${what}.csv`}>{t("template")}</Button>
        </Flex>
        <Input.TextArea aria-label={t("rowsHere")} placeholder={columns.map((column) => t(`columns.${column}`)).join(", ")} rows={8} className="document" value={text} onChange={(event) => { setText(event.target.value); setWork(null); }} />
        {lacksCode && <Alert type="warning" showIcon title={t("codeColumnMissing", { column: t("columns.code") })} />}
        <Flex gap="small" align="center">
          <Button type="primary" disabled={rows.length === 0 || lacksCode || work !== null} loading={isRunning} onClick={() => void run()}>{t("takeRows", { count: rows.length, shown: count(rows.length) })}</Button>
        </Flex>
        {work !== null && <Told work={work} />}
      </Flex>
    </Drawer>
  );
}

function Told({ work }: { work: Work }) {
  const { t } = useTranslation("organisation");
  const say = useRefusalText();
  const sum = (state: "added" | "changed" | "same" | "refused") => work.told.reduce((all, one) => all + one[state], 0);
  const refused = work.told.flatMap((one) => one.items).filter((one) => one.state === "refused");
  return (
    <Flex vertical gap="small" aria-live="polite">
      {work.done < work.all && <div role="progressbar" aria-label={t("taking")} aria-valuenow={work.done} aria-valuemin={0} aria-valuemax={work.all}><Progress percent={Math.floor((100 * work.done) / work.all)} /></div>}
      {work.error !== null && <Refused error={work.error} />}
      <Typography.Text>{t("taken", { added: count(sum("added")), changed: count(sum("changed")), same: count(sum("same")), refused: count(sum("refused")) })}</Typography.Text>
      {refused.length > 0 && (
        <Table
          aria-label={t("refusedRows")}
          size="small"
          rowKey={(one) => `${one.code}/${one.reason ?? ""}`}
          dataSource={refused}
          pagination={refused.length > 20 ? { pageSize: 20 } : false}
          columns={[
            { title: t("code"), dataIndex: "code" },
            { title: t("reason"), key: "reason", render: (_, one) => say(refusalOfItem({ ...one, code: one.refusal })) },
          ]}
        />
      )}
    </Flex>
  );
}
