import { useSave } from "@console/keyboard";
import { Empty } from "@console/parts/Empty";
import { Refused } from "@console/parts/Refused";
import { useUnsaved } from "@console/unsaved";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { App, Button, Flex, Form, Input, Select, Skeleton, Table, type TableColumnsType, Typography } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Preview } from "./Preview";
import { RuleDetails } from "./RuleDetails";
import { type Draft, documentOf, draftOf, fieldsOf, firstRule, withColumn, withRule } from "./reading";
import { type Kind, useFieldName } from "./words";

type Column = Schemas["ColumnOut"];
const SETTLE_MS = 600;

interface Props {
  look: Schemas["LookOut"];
  kind: Kind;
  /** The mapping to begin with. */
  from: string | null;
  onSaved: (name: string) => void;
  onCancel: () => void;
}

/** A mapping, column by column, with what it gives beside it; saved under a name it can be used again. */
export function MappingEditor({ look, kind, from, onSaved, onCancel }: Props) {
  const start = api.useQuery("get", "/v1/inbox/mappings/{name}", { params: { path: { name: from ?? "" } } }, { enabled: from !== null });
  const targets = api.useQuery("get", "/v1/inbox/targets/{kind}", { params: { path: { kind } } }, { staleTime: Infinity });
  if (start.data === undefined && start.error !== null) return <Refused error={start.error} />;
  if (targets.data === undefined && targets.error !== null) return <Refused error={targets.error} onRetry={() => void targets.refetch()} />;
  if (targets.data === undefined || (from !== null && start.data === undefined)) return <Skeleton active />;
  return <Editing look={look} kind={kind} first={withSheet(draftOf(kind, start.data?.content), look)} name={start.data?.name ?? ""} targets={targets.data.items} onSaved={onSaved} onCancel={onCancel} />;
}

interface EditingProps {
  look: Schemas["LookOut"];
  kind: Kind;
  first: Draft;
  name: string;
  targets: readonly Schemas["TargetOut"][];
  onSaved: (name: string) => void;
  onCancel: () => void;
}

function Editing({ look, kind, first, name, targets, onSaved, onCancel }: EditingProps) {
  const { t } = useTranslation("data");
  const { uploadId = "" } = useParams();
  const { message } = App.useApp();
  const fieldName = useFieldName();
  const [begun] = useState(first);
  const [draft, setDraft] = useState(begun);
  const [saveAs, setSaveAs] = useState(name);
  const document = useSettled(documentOf(draft));
  const save = api.useMutation("put", "/v1/inbox/mappings/{name}", {
    onSuccess: (saved) => {
      void message.success(t("editor.saved", { name: saved.name, version: saved.version }));
      void queries.invalidateQueries({ queryKey: ["get", "/v1/inbox/mappings"] });
      void queries.invalidateQueries({ queryKey: ["get", "/v1/inbox/mappings/{name}"] });
      onSaved(`${saved.name}@${String(saved.version)}`);
    },
  });
  const put = () => {
    const named = saveAs.trim();
    if (named !== "" && !save.isPending) save.mutate({ params: { path: { name: named } }, body: { document: documentOf({ ...draft, name: named }) } });
  };
  const { leave } = useUnsaved((draft !== begun || saveAs !== name) && !save.isPending);
  useSave(put, save.isPending);
  const options = useMemo(
    () => [...new Set([...targets.map((one) => one.path), ...Object.keys(draft.fields)])].map((path) => ({ value: path, label: `${fieldName(path)} (${path})` })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the names change with the language alone
    [targets, draft.fields, t],
  );
  const rules = Object.fromEntries(targets.map((one) => [one.path, firstRule(one, one.path)]));
  const columns: TableColumnsType<Column> = [
    { title: t("editor.column"), dataIndex: "name", render: (value: string) => <Typography.Text strong>{value}</Typography.Text> },
    { title: t("editor.samples"), dataIndex: "samples", className: "data-samples", render: (values: string[]) => values.join(" · ") },
    {
      title: t("editor.field"), key: "field",
      render: (_, one) => (
        <Select
          className="data-fields" mode="tags" allowClear showSearch aria-label={t("editor.fieldOf", { column: one.name })} placeholder={t("editor.ignored")}
          value={fieldsOf(draft, one.name)} options={options}
          onChange={(paths: string[]) => { setDraft((before) => withColumn(before, one.name, paths, rules)); }}
        />
      ),
    },
    {
      title: t("editor.how"), key: "how",
      render: (_, one) => fieldsOf(draft, one.name).map((path, _place, all) => (
        <RuleDetails key={path} path={path} named={all.length > 1} rule={draft.fields[path] ?? {}} target={targets.find((target) => target.path === path)} onChange={(rule) => { setDraft((before) => withRule(before, path, rule)); }} />
      )),
    },
  ];
  const fixed = Object.entries(draft.fields).filter(([, rule]) => rule.column === undefined && rule.columns === undefined);
  return (
    <Flex vertical gap="middle">
      <Table<Column> aria-label={t("editor.column")} rowKey="name" size="small" columns={columns} dataSource={look.columns} pagination={false} scroll={{ x: "max-content" }} locale={{ emptyText: <Empty /> }} />
      <Fixed rules={fixed} options={options} onChange={(path, rule) => { setDraft((before) => withRule(before, path, rule)); }} />
      <Preview uploadId={uploadId} chosen={{ kind, mapping: null, sheet: look.sheet }} document={document} />
      <Form layout="inline" onFinish={put}>
        <Form.Item label={t("editor.name")} required extra={t("editor.nameHint")}>
          <Input value={saveAs} maxLength={100} aria-label={t("editor.name")} onChange={(event) => { setSaveAs(event.target.value.replace(/[@/]/g, "")); }} />
        </Form.Item>
        <Form.Item label={t("editor.description")}>
          <Input value={draft.description ?? ""} maxLength={500} aria-label={t("editor.description")} onChange={(event) => { setDraft((before) => ({ ...before, description: event.target.value })); }} />
        </Form.Item>
        <Button type="primary" htmlType="submit" title={t("editor.saveKeys")} disabled={saveAs.trim() === ""} loading={save.isPending}>{t("editor.save")}</Button>
        <Button onClick={() => { leave(onCancel); }}>{t("editor.cancel")}</Button>
      </Form>
      {save.error !== null && <Refused error={save.error} />}
    </Flex>
  );
}

type Rules = [string, Draft["fields"][string]][];

/** The fields that no column feeds: a fixed value, or the number of the line. */
function Fixed({ rules, options, onChange }: { rules: Rules; options: { value: string; label: string }[]; onChange: (path: string, rule: Draft["fields"][string] | null) => void }) {
  const { t } = useTranslation("data");
  const name = useFieldName();
  return (
    <Flex vertical gap="small">
      <Typography.Text strong>{t("editor.fixed")}</Typography.Text>
      {rules.map(([path, rule]) => (
        <Flex key={path} gap="small" align="center" wrap>
          <Typography.Text className="data-field" title={path}>{name(path)}</Typography.Text>
          {rule.position === true || rule.sum !== undefined
            ? <Typography.Text type="secondary">{rule.sum === undefined ? t("editor.position") : t("editor.sum", { path: rule.sum })}</Typography.Text>
            : <Input className="data-short" aria-label={name(path)} value={String(rule.const ?? "")} onChange={(event) => { onChange(path, { ...rule, const: event.target.value }); }} />}
          <Button size="small" onClick={() => { onChange(path, null); }}>{t("editor.remove")}</Button>
        </Flex>
      ))}
      <Select className="data-account" showSearch value={null} placeholder={t("editor.addFixed")} aria-label={t("editor.addFixed")} options={options.filter((one) => !rules.some(([path]) => path === one.value))} onChange={(path: string) => { onChange(path, path.endsWith("line_id") ? { position: true } : { const: "" }); }} />
    </Flex>
  );
}

function withSheet(draft: Draft, look: Schemas["LookOut"]): Draft {
  return look.sheets.length > 1 && look.sheet !== null ? { ...draft, sheet: look.sheet } : draft;
}

/** Returns a value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(value); }, SETTLE_MS);
    return () => { clearTimeout(timer); };
  }, [value]);
  return settled;
}
