import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Select } from "antd";
import { useTranslation } from "react-i18next";
import { useBuilding } from "./building";
import { DaysInput, MomentInput, NumberInput } from "./Inputs";
import {
  type FactsLeaf, type VocabularyFacts, type Window, type Words,
  askingOf, blank, boundedBy, change, factsOf, fieldOf, insert, measureCode, measureField, measuredBy, told, windowOf, windowed,
} from "./model";
import { NodeView } from "./NodeView";

const DAYS_MAX = 36_600;
const WINDOWS: readonly Window[] = ["ever", "last_days", "dates"];
const BOUNDS = ["at_least", "less_than", "between"] as const;

/** What customers did: when, which of it, what is measured, and within which bounds. */
export function FactsLeafView({ leaf }: { leaf: FactsLeaf }) {
  const { t } = useTranslation("condition");
  const { vocabulary, edit, setFresh } = useBuilding();
  const facts = factsOf(vocabulary, leaf.facts);
  if (facts === undefined) return <code>{JSON.stringify(leaf.words)}</code>;
  const put = (to: (leaf: FactsLeaf) => FactsLeaf, mark?: string) => {
    edit((root) => change(root, leaf.id, (node) => (node.kind === "facts" ? to(node) : node)), mark && `${leaf.id}:${mark}`);
  };
  const putWords = (words: Words, mark?: string) => { put((node) => ({ ...node, words }), mark); };
  const narrow = () => {
    const where = blank();
    put((node) => ({ ...node, where }));
    setFresh(where.id);
  };
  const widen = () => {
    const more = blank();
    if (leaf.where === null) return;
    const { id } = leaf.where;
    edit((root) => insert(root, id, more));
    setFresh(more.id);
  };
  return (
    <Flex vertical gap="small" className="condition-facts">
      <Flex wrap gap="small" align="center">
        <WindowInput words={leaf.words} put={putWords} />
        <MeasureInput leaf={leaf} facts={facts} put={put} />
        <BoundsInput leaf={leaf} facts={facts} put={putWords} />
      </Flex>
      {leaf.where === null
        ? <div><Button type="dashed" size="small" icon={<PlusOutlined aria-hidden />} onClick={narrow}>{t("addWhere")}</Button></div>
        : (
          <Flex gap="small" align="start">
            <span className="condition-word">{t("where")}</span>
            <Flex vertical gap="small" className="condition-where">
              <NodeView node={leaf.where} facts={leaf.facts} place={null} />
              {leaf.where.kind !== "group" && leaf.where.kind !== "blank" && <div><Button type="dashed" size="small" icon={<PlusOutlined aria-hidden />} onClick={widen}>{t("addCondition")}</Button></div>}
            </Flex>
          </Flex>
        )}
    </Flex>
  );
}

function WindowInput({ words, put }: { words: Words; put: (words: Words, mark?: string) => void }) {
  const { t } = useTranslation("condition");
  const window = windowOf(words);
  return (
    <>
      <Select<Window>
        aria-label={t("window")}
        value={window}
        popupMatchSelectWidth={false}
        options={WINDOWS.map((value) => ({ value, label: t(`windows.${value}`) }))}
        onChange={(next) => { put(windowed(next, words)); }}
      />
      {window === "last_days" && (
        <DaysInput label={t("days")} most={DAYS_MAX} value={words.last_days} onChange={(days) => { put({ ...words, last_days: days }, "window"); }} />
      )}
      {window === "dates" && (
        <>
          <MomentInput label={t("since")} value={words.since} onChange={(since) => { put({ ...words, since }); }} />
          <span className="muted">{t("upTo")}</span>
          <MomentInput label={t("until")} value={words.until} onChange={(until) => { put({ ...words, until }); }} />
        </>
      )}
    </>
  );
}

interface MeasureProps {
  leaf: FactsLeaf;
  facts: VocabularyFacts;
  put: (to: (leaf: FactsLeaf) => FactsLeaf) => void;
}

function MeasureInput({ leaf, facts, put }: MeasureProps) {
  const { t } = useTranslation("condition");
  const { language } = useBuilding();
  const code = measureCode(leaf.measure);
  const fields = facts.measures.find((measure) => measure.code === code)?.fields ?? [];
  return (
    <>
      <Select<string>
        aria-label={t("measure")}
        value={code}
        popupMatchSelectWidth={false}
        options={facts.measures.map((measure) => ({ value: measure.code, label: told(measure, language) }))}
        onChange={(next) => { put((node) => ({ ...node, measure: measuredBy(next, facts, node.measure) })); }}
      />
      {fields.length > 0 && (
        <Select<string>
          aria-label={t("measured")}
          value={measureField(leaf.measure) ?? ""}
          popupMatchSelectWidth={false}
          options={fields.map((field) => ({ value: field, label: told(facts.fields.find((one) => one.code === field), language, field) }))}
          onChange={(field) => { put((node) => ({ ...node, measure: { [code]: field } })); }}
        />
      )}
    </>
  );
}

function BoundsInput({ leaf, facts, put }: { leaf: FactsLeaf; facts: VocabularyFacts; put: (words: Words, mark?: string) => void }) {
  const { t } = useTranslation("condition");
  const { vocabulary } = useBuilding();
  const { at_least, less_than } = leaf.words;
  const asking = askingOf({ ...(at_least !== undefined && { at_least }), ...(less_than !== undefined && { less_than }) });
  const bounds = asking === "between" ? (["at_least", "less_than"] as const) : ([asking] as const);
  const field = measureField(leaf.measure);
  const unit = unitOf(measureCode(leaf.measure), field === undefined ? null : (fieldOf(vocabulary, field, facts.code)?.unit ?? null));
  return (
    <>
      <Select<(typeof BOUNDS)[number]>
        aria-label={t("compared")}
        value={asking as (typeof BOUNDS)[number]}
        popupMatchSelectWidth={false}
        options={BOUNDS.map((value) => ({ value, label: t(`asking.number.${value}`) }))}
        onChange={(next) => { put(boundedBy(next, leaf.words)); }}
      />
      {bounds.map((word, place) => (
        <span key={word} className="condition-bound">
          {place > 0 && <span className="muted">{t("upTo")}</span>}
          <NumberInput
            label={t(`bounds.${word === "less_than" ? "less_than" : "at_least"}`)}
            unit={unit}
            value={leaf.words[word]}
            onChange={(value) => { put({ ...leaf.words, [word]: value }, word); }}
          />
        </span>
      ))}
    </>
  );
}

function unitOf(measure: string, unit: string | null): string | null {
  if (measure === "count") return "times";
  if (measure === "distinct") return "kinds";
  return measure.startsWith("days_since") ? "days" : unit;
}
