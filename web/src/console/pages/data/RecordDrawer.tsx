import { EyeOutlined } from "@ant-design/icons";
import { Refused } from "@console/parts/Refused";
import { Actor } from "@console/parts/actors/Actor";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Alert, Button, Descriptions, Drawer, Flex, Form, Input, Skeleton, Table, type TableColumnsType, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Results } from "./Batch";
import { Cell } from "./Preview";
import { useDetail, useFieldName, useReason } from "./words";

type Field = Schemas["RecordFieldOut"];
const WIDTH = 760;

interface Props {
  recordId: string | null;
  onClose: () => void;
  onDone: () => void;
}

/** One record as it came: each field, those at fault marked; put right in place and taken in. */
export function RecordDrawer({ recordId, onClose, onDone }: Props) {
  const { t } = useTranslation("data");
  return (
    <Drawer open={recordId !== null} size={WIDTH} title={t("record.title")} onClose={onClose} destroyOnHidden>
      {recordId !== null && <Record_ key={recordId} recordId={recordId} onDone={onDone} />}
    </Drawer>
  );
}

function Record_({ recordId, onDone }: { recordId: string; onDone: () => void }) {
  const { t } = useTranslation("data");
  const reason = useReason();
  const detail = useDetail();
  const name = useFieldName();
  const place = { params: { path: { record_id: recordId } } };
  const record = api.useQuery("get", "/v1/inbox/records/{record_id}", place);
  const fields = api.useQuery("get", "/v1/inbox/records/{record_id}/fields", place);
  const fixes = api.useQuery("get", "/v1/inbox/records/{record_id}/fixes", place);
  const unmask = api.useMutation("post", "/v1/inbox/records/{record_id}/unmask");
  const shown = unmask.data ?? fields.data;
  const error = record.error ?? fields.error ?? unmask.error;
  if (error !== null) return <Refused error={error} />;
  if (record.data === undefined || shown === undefined) return <Skeleton active />;
  const one = record.data;
  const masked = shown.fields.some((field) => field.is_masked);
  const again = () => { void record.refetch(); void fields.refetch(); void fixes.refetch(); onDone(); };
  return (
    <Flex vertical gap="middle">
      <Descriptions
        size="small" column={1}
        items={[
          { key: "kind", label: t("kind"), children: `${t(`kinds.${one.kind}`)} · ${one.account}` },
          { key: "state", label: t("record.state"), children: t(`states.${one.state}`) },
          { key: "at", label: t("quarantine.at"), children: `${instant(one.recorded_at)}${one.row === null ? "" : ` · ${t("record.row", { row: one.row })}`}` },
        ]}
      />
      {one.state === "refused" && <Alert showIcon type="error" title={reason(one.code, one.reason)} description={detail(one.reason)} />}
      {!shown.is_kept && <Alert showIcon type="info" title={t("record.gone")} />}
      {masked && shown.can_unmask && <div><Button icon={<EyeOutlined />} loading={unmask.isPending} onClick={() => { unmask.mutate(place); }}>{t("record.unmask")}</Button> <Typography.Text type="secondary">{t("record.unmaskHint")}</Typography.Text></div>}
      {shown.is_kept && <Fields recordId={recordId} fields={shown.fields} open={one.state === "refused"} onDone={again} />}
      {fixes.data !== undefined && fixes.data.items.length > 0 && (
        <Flex vertical gap="small">
          <Typography.Text strong>{t("record.fixes")}</Typography.Text>
          {fixes.data.items.map((fix) => <Typography.Text key={fix.recorded_at} type="secondary">{instant(fix.recorded_at)} · <Actor id={fix.actor} /> · {fix.fields.map(name).join(", ")} · {fix.reason}</Typography.Text>)}
        </Flex>
      )}
    </Flex>
  );
}

function Fields({ recordId, fields, open, onDone }: { recordId: string; fields: readonly Field[]; open: boolean; onDone: () => void }) {
  const { t } = useTranslation("data");
  const may = useMay();
  const name = useFieldName();
  const [changes, setChanges] = useState<Record<string, string>>({});
  const fix = api.useMutation("post", "/v1/inbox/refused/fix", {
    onSuccess: (told) => { if (told.items.every((one) => one.state !== "refused")) setChanges({}); onDone(); },
  });
  const editable = open && may("inbox.write") && !fields.some((one) => one.path === "");
  const columns: TableColumnsType<Field> = [
    { title: t("editor.field"), key: "path", render: (_, one) => <span title={one.path}>{one.path === "" ? t("preview.whole") : name(one.path)}</span> },
    { title: t("record.value"), key: "value", className: "data-cell", render: (_, one) => <Cell field={one} /> },
    ...(editable ? [{
      title: t("record.change"), key: "change",
      render: (_: unknown, one: Field) => <Input size="small" aria-label={t("record.changeOf", { field: name(one.path) })} status={one.fault === null ? "" : "error"} value={changes[one.path] ?? ""} placeholder={one.is_masked ? t("record.masked") : (one.value ?? "")} onChange={(event) => { setChanges((before) => changed(before, one.path, event.target.value)); }} />,
    }] : []),
  ];
  return (
    <Flex vertical gap="middle">
      <Table<Field> aria-label={t("record.fields")} size="small" rowKey="path" columns={columns} dataSource={sorted(fields)} pagination={false} scroll={{ x: "max-content" }} />
      {open && fields.some((one) => one.path === "") && <Alert showIcon type="info" title={t("record.noRecord")} />}
      {editable && (
        <Form layout="vertical" onFinish={(values: { reason: string }) => { fix.mutate({ body: { record_ids: [recordId], changes, reason: values.reason } }); }}>
          <Form.Item name="reason" label={t("record.reason")} rules={[{ required: true, message: t("record.reasonNeeded") }]} extra={t("record.reasonHint")}>
            <Input maxLength={500} />
          </Form.Item>
          <Button type="primary" htmlType="submit" disabled={Object.keys(changes).length === 0} loading={fix.isPending}>{t("record.fix")}</Button>
        </Form>
      )}
      {fix.error !== null && <Refused error={fix.error} />}
      {fix.data !== undefined && <Results told={fix.data.items} />}
    </Flex>
  );
}

function changed(before: Record<string, string>, path: string, value: string): Record<string, string> {
  const others = Object.fromEntries(Object.entries(before).filter(([one]) => one !== path));
  return value === "" ? others : { ...others, [path]: value };
}

/** What is at fault comes first. */
function sorted(fields: readonly Field[]): Field[] {
  return [...fields].sort((one, other) => Number(other.fault !== null) - Number(one.fault !== null));
}
