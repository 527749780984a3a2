import type { Schemas } from "@shared/api/client";
import { Button, Checkbox, Flex, Input, Popover, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rule } from "./reading";
import { useFieldName } from "./words";

const FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"];

interface Props {
  path: string;
  /** Whether the field is named, because a column feeds several. */
  named: boolean;
  rule: Rule;
  target: Schemas["TargetOut"] | undefined;
  onChange: (rule: Rule) => void;
}

/** How the cells of one column become the values of one field: unit, format, words, left out. */
export function RuleDetails({ path, named, rule, target, onChange }: Props) {
  const { t } = useTranslation("data");
  const name = useFieldName();
  const isMoney = target?.sort === "whole number" && path.endsWith("_minor");
  const isTime = target?.sort === "time" || target?.sort === "day";
  const isChoice = (target?.choices.length ?? 0) > 0;
  const set = (words: Partial<Rule>) => { onChange(dropped({ ...rule, ...words })); };
  return (
    <Flex gap="small" align="center" wrap>
      {named && <Typography.Text type="secondary">{name(path)}</Typography.Text>}
      {isMoney && (
        <Select aria-label={`${name(path)} · ${t("rule.unit")}`} value={rule.unit ?? "fen"} options={[{ value: "yuan", label: t("rule.yuan") }, { value: "fen", label: t("rule.fen") }]} onChange={(unit: "yuan" | "fen") => { set({ unit }); }} />
      )}
      {isTime && (
        <Select className="data-field" mode="tags" aria-label={`${name(path)} · ${t("rule.format")}`} placeholder={t("rule.format")} value={formatsOf(rule)} options={FORMATS.map((value) => ({ value, label: value }))} onChange={(format: string[]) => { set(format.length > 0 ? { format } : { format: undefined as never }); }} />
      )}
      {isChoice && (
        <Popover trigger="click" content={<Words rule={rule} choices={target?.choices ?? []} onChange={(values) => { set({ values }); }} />} title={t("rule.words")}>
          <Button size="small">{t("rule.wordCount", { count: Object.keys(rule.values ?? {}).length })}</Button>
        </Popover>
      )}
      <Checkbox checked={rule.optional === true} onChange={(event) => { set({ optional: event.target.checked }); }}>{t("rule.optional")}</Checkbox>
    </Flex>
  );
}

/** Which word of the file means which word here. */
function Words({ rule, choices, onChange }: { rule: Rule; choices: readonly string[]; onChange: (values: Record<string, string>) => void }) {
  const { t } = useTranslation("data");
  const [word, setWord] = useState("");
  const values = rule.values ?? {};
  return (
    <Flex vertical gap="small" className="explained">
      <Typography.Text type="secondary">{t("rule.wordsHint")}</Typography.Text>
      {Object.entries(values).map(([from, to]) => (
        <Flex key={from} gap="small" align="center">
          <span className="data-short">{from}</span>
          <Select className="data-short" aria-label={from} value={to} options={choices.map((value) => ({ value, label: value }))} onChange={(value: string) => { onChange({ ...values, [from]: value }); }} />
          <Button size="small" onClick={() => { onChange(Object.fromEntries(Object.entries(values).filter(([one]) => one !== from))); }}>{t("editor.remove")}</Button>
        </Flex>
      ))}
      <Flex gap="small">
        <Input value={word} aria-label={t("rule.word")} placeholder={t("rule.word")} onChange={(event) => { setWord(event.target.value); }} />
        <Button disabled={word.trim() === ""} onClick={() => { onChange({ ...values, [word.trim()]: choices[0] ?? "" }); setWord(""); }}>{t("rule.add")}</Button>
      </Flex>
    </Flex>
  );
}

function formatsOf(rule: Rule): string[] {
  if (rule.format === undefined) return [];
  return typeof rule.format === "string" ? [rule.format] : rule.format;
}

/** Leaves out what says nothing, so that documents stay short. */
function dropped(rule: Rule): Rule {
  const said = Object.entries(rule).filter(([name, value]) => value !== undefined && !(name === "optional" && value === false));
  return Object.fromEntries(said) as Rule;
}
