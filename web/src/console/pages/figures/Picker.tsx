import { DatePicker, Flex, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { COMPARES, GRAINS, type Question, grainOf } from "./question";
import { type Metrics, useNames } from "./shown";

const METRICS_MAX = 6;
const CUTS_MAX = 3;
const DAY = "YYYY-MM-DD";

interface Props {
  question: Question;
  known: Metrics;
  /** The last day that the lake knows; presets count back from it. */
  asOf: string | undefined;
  onAsk: (changed: Partial<Question>) => void;
}

/** Picks what is asked: metrics, length of time, cuts, days, and what to hold them against. */
export function Picker({ question, known, asOf, onAsk }: Props) {
  const { t } = useTranslation("figures");
  const names = useNames(known);
  const asked = known.items.filter((one) => question.metrics.includes(one.code));
  const grain = grainOf(question.by);
  const cuts = question.by.filter((one) => one !== grain);
  const shared = (dimension: string) => asked.every((one) => one.dimensions.includes(dimension));
  const dimensions = Object.keys(known.dimensions).filter((one) => !(known.grains as readonly string[]).includes(one) && shared(one));
  const today = dayjs(asOf);
  const presets: { label: string; value: [Dayjs, Dayjs] }[] = [
    { label: t("presets.days7"), value: [today.subtract(6, "day"), today] },
    { label: t("presets.days30"), value: [today.subtract(29, "day"), today] },
    { label: t("presets.thisMonth"), value: [today.startOf("month"), today] },
    { label: t("presets.lastMonth"), value: [today.subtract(1, "month").startOf("month"), today.subtract(1, "month").endOf("month")] },
    { label: t("presets.months12"), value: [today.subtract(11, "month").startOf("month"), today] },
    { label: t("presets.thisYear"), value: [today.startOf("year"), today] },
  ];
  const groups = [...new Set(known.items.map((one) => one.owner))];
  return (
    <Flex gap="small" wrap>
      <Select
        aria-label={t("metrics")}
        className="metrics"
        mode="multiple"
        maxCount={METRICS_MAX}
        value={question.metrics}
        showSearch={{ optionFilterProp: "label" }}
        options={groups.map((owner) => ({
          label: t(`owners.${owner}`, { defaultValue: owner }),
          options: known.items.filter((one) => one.owner === owner).map((one) => ({ value: one.code, label: names.say(one.names) })),
        }))}
        onChange={(metrics: string[]) => {
          if (metrics.length === 0) return;
          const chosen = known.items.filter((one) => metrics.includes(one.code));
          const needed = chosen.flatMap((one) => one.grain);
          const by = question.by.filter((one) => chosen.every((each) => each.dimensions.includes(one)));
          onAsk({ metrics, by: [...new Set([...needed, ...by.filter((one) => needed.length === 0 || !(GRAINS as readonly string[]).includes(one))])] });
        }}
      />
      <Select aria-label={t("grain")} className="short" value={grain ?? "none"} options={[{ value: "none", label: t("noGrain") }, ...GRAINS.map((value) => ({ value, label: t("by", { name: names.dimension(value) }) }))]} onChange={(value: string) => { onAsk({ by: [...(value === "none" ? [] : [value]), ...cuts] }); }} />
      <Select aria-label={t("cuts")} className="cuts" mode="multiple" maxCount={CUTS_MAX} placeholder={t("cutBy")} value={cuts} options={dimensions.map((value) => ({ value, label: names.dimension(value) }))} onChange={(chosen: string[]) => { onAsk({ by: [...(grain === null ? [] : [grain]), ...chosen] }); }} />
      <DatePicker.RangePicker
        aria-label={t("days")}
        allowEmpty={[true, true]}
        presets={presets}
        value={[question.from === null ? null : dayjs(question.from), question.to === null ? null : dayjs(question.to)]}
        onChange={(days) => { onAsk({ from: days?.[0]?.format(DAY) ?? null, to: days?.[1]?.format(DAY) ?? null }); }}
      />
      <Select aria-label={t("beside")} className="short" value={question.compare ?? "none"} options={[{ value: "none", label: t("noCompare") }, ...COMPARES.map((value) => ({ value: value as string, label: t(`compares.${value}`) }))]} onChange={(value: string) => { onAsk({ compare: COMPARES.find((one) => one === value) ?? null }); }} />
    </Flex>
  );
}
