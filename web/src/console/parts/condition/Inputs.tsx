import { DatePicker, Input, InputNumber, Select } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import type { Bound, Json } from "./model";

const FEN_A_YUAN = 100;

interface NumberProps {
  label: string;
  value: Json | undefined;
  unit: string | null;
  onChange: (value: number | null) => void;
}

/** A whole number; amounts are typed in yuan and kept in fen, shares typed in percent. */
export function NumberInput({ label, value, unit, onChange }: NumberProps) {
  const { t } = useTranslation("condition");
  const scale = unit === "fen" || unit === "basis_points" ? FEN_A_YUAN : 1;
  const shown = typeof value === "number" ? value / scale : null;
  return (
    <InputNumber
      className="condition-number"
      aria-label={label}
      value={shown}
      precision={scale === 1 ? 0 : 2}
      prefix={unit === "fen" ? "¥" : undefined}
      suffix={unit !== null && unit !== "fen" ? t(`units.${unit}`, { defaultValue: unit }) : undefined}
      onChange={(next) => { onChange(next === null ? null : Math.round(Number(next) * scale)); }}
    />
  );
}

/** A whole number of days from 1 on. */
export function DaysInput({ label, value, most, onChange }: { label: string; value: Json | undefined; most: number; onChange: (days: number | null) => void }) {
  const { t } = useTranslation("condition");
  return (
    <InputNumber
      className="condition-days"
      aria-label={label}
      min={1}
      max={most}
      precision={0}
      suffix={t("units.days")}
      value={typeof value === "number" ? value : null}
      onChange={(next) => { onChange(next === null ? null : Number(next)); }}
    />
  );
}

/** A day; an instant, which only documents write, is shown and changed as its text. */
export function MomentInput({ label, value, onChange }: { label: string; value: Json | undefined; onChange: (value: Bound | null) => void }) {
  if (typeof value === "string" && value.includes("T")) {
    return <Input className="condition-instant" aria-label={label} value={value} onChange={(event) => { onChange(event.target.value || null); }} />;
  }
  return (
    <DatePicker
      aria-label={label}
      placeholder={label}
      value={typeof value === "string" && value !== "" ? dayjs(value) : null}
      onChange={(day) => { onChange((day as dayjs.Dayjs | null)?.format("YYYY-MM-DD") ?? null); }}
    />
  );
}

/** Yes or no. */
export function YesNo({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  const { t } = useTranslation("condition");
  return (
    <Select<"yes" | "no">
      aria-label={label}
      value={value ? "yes" : "no"}
      options={[{ value: "yes", label: t("yes") }, { value: "no", label: t("no") }]}
      onChange={(chosen) => { onChange(chosen === "yes"); }}
    />
  );
}
