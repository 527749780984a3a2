import { Alert, DatePicker, Drawer, Form, Input, InputNumber, Radio, Select, Switch } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { fenOf, pathText, pathsOf, useEditing, yuanOf } from "./editing";
import { Field } from "./Field";
import type { Rule } from "./words";

const ASSETS = ["points", "growth"] as const;
const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const KINDS = ["normal", "presale", "exchange", "gift", "bulk", "recharge", "virtual"] as const;
const CLASSES = ["staff_purchase", "reseller", "brushing", "bulk"] as const;
const CAPS = ["per_order", "per_day", "per_month"] as const;
const A_YUAN = 100;
const DAY = "YYYY-MM-DD";

interface Props {
  rule: Rule;
  place: number;
  /** What the rule says, as the server read it last. */
  words: string;
  onChange: (rule: Rule) => void;
  onClose: () => void;
}

const dayOf = (text: string | null | undefined): Dayjs | null => (text ? dayjs(text) : null);
const textOf = (day: Dayjs | null | undefined): string | null => (day ? day.format(DAY) : null);

/** One earning rule: how much for what, on which items and days, up to which caps, without whom. */
export function RuleEditor({ rule, place, words, onChange, onClose }: Props) {
  const { t } = useTranslation("programme");
  const { isLocked } = useEditing();
  const at = (...field: string[]) => ["rules", place, ...field];
  const put = (changed: Partial<Rule>) => { onChange({ ...rule, ...changed }); };
  const options = <Value extends string>(values: readonly Value[], texts: string) => values.map((value) => ({ value, label: t(`${texts}.${value}`) }));
  return (
    <Drawer open size={640} title={t("ruleTitle")} onClose={onClose}>
      <Form layout="vertical" component="div">
        <Alert type="info" title={words} className="said rule-said" />
        <div className="fields">
          <Field label={t("nameZh")} place={at("names", "zh")}>{(own) => <Input {...own} maxLength={100} value={rule.names.zh} onChange={(event) => { put({ names: { ...rule.names, zh: event.target.value } }); }} />}</Field>
          <Field label={t("nameEn")} place={at("names", "en")}>{(own) => <Input {...own} maxLength={100} value={rule.names.en} onChange={(event) => { put({ names: { ...rule.names, en: event.target.value } }); }} />}</Field>
          <Field label={t("code")} place={at("code")} hint={t("codeHint")}>{(own) => <Input {...own} maxLength={50} value={rule.code} onChange={(event) => { put({ code: event.target.value }); }} />}</Field>
          <Field label={t("asset")} place={at("asset")}>{(own) => <Select {...own} value={rule.asset} options={options(ASSETS, "assets")} onChange={(asset) => { put({ asset }); }} />}</Field>
          <Field label={t("way")} place={at("way")} isWide>
            {({ disabled }) => <Radio.Group disabled={disabled} value={rule.per_minor === null || rule.per_minor === undefined ? "line" : "money"} options={options(["money", "line"], "ways")} onChange={(event) => { put({ per_minor: event.target.value === "line" ? null : A_YUAN }); }} />}
          </Field>
          {rule.per_minor !== null && rule.per_minor !== undefined && (
            <Field label={t("perYuan")} place={at("per_minor")}>{(own) => <InputNumber<number> {...own} min={0.01} precision={2} suffix={t("yuan")} value={yuanOf(rule.per_minor)} onChange={(yuan) => { put({ per_minor: fenOf(yuan) ?? A_YUAN }); }} />}</Field>
          )}
          <Field label={t("gives")} place={at("points")}>{(own) => <InputNumber<number> {...own} min={1} precision={0} suffix={t(`assets.${rule.asset}`)} value={rule.points} onChange={(points) => { put({ points: points ?? 1 }); }} />}</Field>
          <Field label={t("weekdays")} place={at("days", "weekdays")} hint={t("weekdaysHint")} isWide>
            {(own) => <Select {...own} mode="multiple" placeholder={t("everyDay")} value={[...rule.days.weekdays]} options={options(WEEKDAYS, "weekdaysOf")} onChange={(chosen) => { put({ days: { ...rule.days, weekdays: WEEKDAYS.filter((one) => chosen.includes(one)) } }); }} />}
          </Field>
          <Field label={t("firstDay")} place={at("days")}>{(own) => <DatePicker {...own} value={dayOf(rule.days.first_on)} onChange={(day: Dayjs | null) => { put({ days: { ...rule.days, first_on: textOf(day) } }); }} />}</Field>
          <Field label={t("lastDay")} place={at("days", "last_on")} hint={t("lastDayHint")}>{(own) => <DatePicker {...own} value={dayOf(rule.days.last_on)} onChange={(day: Dayjs | null) => { put({ days: { ...rule.days, last_on: textOf(day) } }); }} />}</Field>
          <Field label={t("items")} place={at("items", "except_for")} isWide>
            {({ disabled }) => <Radio.Group disabled={disabled} value={rule.items.except_for} options={[{ value: false, label: t("itemsOnly") }, { value: true, label: t("itemsExcept") }]} onChange={(event) => { put({ items: { ...rule.items, except_for: event.target.value as boolean } }); }} />}
          </Field>
          <Field label={t("categories")} place={at("items", "categories")} hint={t("categoriesHint")} isWide>
            {(own) => <Select {...own} mode="tags" open={false} suffixIcon={null} placeholder={t("allItems")} value={rule.items.categories.map(pathText)} onChange={(paths: string[]) => { put({ items: { ...rule.items, categories: pathsOf(paths, rule.items.categories) } }); }} />}
          </Field>
          <Field label={t("skus")} place={at("items", "skus")} hint={t("skusHint")} isWide>
            {(own) => <Select {...own} mode="tags" open={false} suffixIcon={null} tokenSeparators={[",", " ", "\n"]} placeholder={t("allItems")} value={[...rule.items.skus]} onChange={(skus: string[]) => { put({ items: { ...rule.items, skus } }); }} />}
          </Field>
          {CAPS.map((cap) => (
            <Field key={cap} label={t(`caps.${cap}`)} place={at("caps", cap)}>{(own) => <InputNumber<number> {...own} min={0} precision={0} placeholder={t("noCap")} suffix={t(`assets.${rule.asset}`)} value={rule.caps[cap] ?? null} onChange={(most) => { put({ caps: { ...rule.caps, [cap]: most } }); }} />}</Field>
          ))}
          <Field label={t("discountsReduce")} place={at("order_discounts_reduce")}>{({ id, disabled }) => <Switch id={id} disabled={disabled} checked={rule.order_discounts_reduce} onChange={(order_discounts_reduce) => { put({ order_discounts_reduce }); }} />}</Field>
          <Field label={t("exceptKinds")} place={at("except_kinds")} isWide>{(own) => <Select {...own} mode="multiple" value={[...rule.except_kinds]} options={options(KINDS, "kinds")} onChange={(except_kinds) => { put({ except_kinds }); }} />}</Field>
          <Field label={t("exceptClasses")} place={at("except_classes")} isWide>{(own) => <Select {...own} mode="multiple" value={[...rule.except_classes]} options={options(CLASSES, "classes")} onChange={(except_classes) => { put({ except_classes }); }} />}</Field>
        </div>
      </Form>
      {isLocked && <Alert type="info" title={t("locked")} />}
    </Drawer>
  );
}
