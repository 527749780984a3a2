import { RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import type { Refusal } from "@shared/api/refusal";
import { Alert, Button, Flex, Skeleton, Tabs, Tooltip, Typography } from "antd";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { BuildingContext } from "./building";
import "./condition.css";
import { DocumentView } from "./DocumentView";
import { type Language, type Vocabulary, add as addTo, asGroup, nodeAt } from "./model";
import { NodeView } from "./NodeView";
import { RootContext } from "./root";
import type { Edited } from "./useCondition";

interface Props {
  brand: string;
  condition: Edited;
  /** What the server refused of this very condition. */
  refusal?: Refusal | null;
  /** A segment that cannot be named, because it is the one being defined. */
  except?: string | undefined;
}

/** Builds a condition without SQL: as parts, or as the document that they are. */
export function ConditionBuilder({ brand, condition, refusal = null, except }: Props) {
  const { t, i18n } = useTranslation("condition");
  const language: Language = i18n.language === "zh-CN" ? "zh" : "en";
  const [fresh, setFresh] = useState<string | null>(null);
  const place = { params: { path: { brand } } };
  const words = api.useQuery("get", "/v1/brands/{brand}/vocabulary", place, { staleTime: 60_000 });
  const segments = api.useQuery("get", "/v1/brands/{brand}/segments", place, { staleTime: 60_000 });
  const { root, gaps, edit } = condition;
  const faults = useMemo(() => faultsOf(condition, refusal, language), [condition, refusal, language]);
  const known = useMemo(
    () => (segments.data?.items ?? []).filter((one) => !one.is_archived && one.document.code !== except).map(namedOf),
    [segments.data, except],
  );
  const keys = (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    const key = event.key.toLowerCase();
    const act = key === "y" || (key === "z" && event.shiftKey) ? condition.redo : key === "z" ? condition.undo : null;
    if (act === null || (event.target instanceof HTMLElement && event.target.tagName === "TEXTAREA")) return;
    event.preventDefault();
    act();
  };
  if (words.error !== null) return <Refused error={words.error} onRetry={() => void words.refetch()} />;
  if (words.data === undefined) return <Skeleton active />;
  const building = { brand, vocabulary: words.data as Vocabulary, segments: known, language, edit, gaps, faults, fresh, setFresh };
  const shown = asGroup(root);
  const parts = root.kind === "group"
    ? <NodeView node={shown} facts={null} place={null} />
    : <Flex vertical gap="small"><NodeView node={root} facts={null} place={null} /><Add edit={edit} label={t("addCondition")} setFresh={setFresh} /></Flex>;
  return (
    <BuildingContext value={building}>
      <RootContext value={root}>
        <div className="condition" onKeyDown={keys}>
          <div className="condition-steps"><Steps condition={condition} /></div>
          <Tabs
            size="small"
            items={[
              { key: "parts", label: t("asParts"), children: <Flex vertical gap="small">{condition.written !== null && <Written condition={condition} />}{parts}<Typography.Text type="secondary">{t("logicHint")}</Typography.Text></Flex> },
              { key: "document", label: t("asDocument"), children: <DocumentView brand={brand} condition={condition} /> },
            ]}
          />
          {condition.refusal !== null && <Refused error={condition.refusal} />}
        </div>
      </RootContext>
    </BuildingContext>
  );
}

function Steps({ condition }: { condition: Edited }) {
  const { t } = useTranslation("condition");
  return (
    <Flex gap="small">
      <Tooltip title={t("undoKeys")}><Button size="small" icon={<UndoOutlined />} aria-label={t("undo")} disabled={!condition.canUndo} onClick={condition.undo} /></Tooltip>
      <Tooltip title={t("redoKeys")}><Button size="small" icon={<RedoOutlined />} aria-label={t("redo")} disabled={!condition.canRedo} onClick={condition.redo} /></Tooltip>
    </Flex>
  );
}

/** Says among the parts that the document has text which is not part of the condition yet. */
function Written({ condition }: { condition: Edited }) {
  const { t } = useTranslation("condition");
  return (
    <Alert
      type="warning"
      showIcon
      title={t("written")}
      action={(
        <Flex gap="small">
          <Button size="small" onClick={() => { condition.rewrite(null); }}>{t("discard")}</Button>
          <Button size="small" type="primary" loading={condition.isReading} onClick={() => void condition.settle()}>{t("takeOver")}</Button>
        </Flex>
      )}
    />
  );
}

function Add({ edit, label, setFresh }: { edit: Edited["edit"]; label: string; setFresh: (id: string) => void }) {
  const more = () => {
    edit((root) => {
      const { root: next, added } = addTo(root, root.id);
      setFresh(added);
      return next;
    });
  };
  return <div><Button type="dashed" size="small" onClick={more}>{label}</Button></div>;
}

function namedOf(segment: { document: Record<string, unknown> }): { code: string; names: { zh: string; en: string } } {
  return segment.document as { code: string; names: { zh: string; en: string } };
}

/** Puts what the server refused to the nodes that caused it. */
function faultsOf(condition: Edited, refusal: Refusal | null, language: Language): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  if (refusal === null || condition.gaps.size > 0) return found;
  for (const one of refusal.errors) {
    const reason = language === "zh" ? (one.reason_zh ?? one.reason) : one.reason;
    const id = nodeAt(condition.root, one.at);
    found.set(id, [...(found.get(id) ?? []), reason]);
  }
  return found;
}
