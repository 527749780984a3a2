import { Form, Input, InputNumber, Select, Switch, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useEditing } from "./editing";
import { Field } from "./Field";
import { GiftsForm } from "./GiftsForm";
import { ReturnsForm } from "./ReturnsForm";
import { RulesForm } from "./RulesForm";
import { TiersForm } from "./TiersForm";
import type { Told } from "./words";

const BASES = ["buyer_paid", "merchant_receives"] as const;
const ROUNDINGS = ["day", "month_end"] as const;

/** The whole programme as a form, in sections. */
export function DraftForm({ told }: { told: Told }) {
  const { t } = useTranslation("programme");
  return (
    <Form layout="vertical" component="div">
      <Typography.Title level={4}>{t("tiers")}</Typography.Title>
      <TiersForm />
      <Typography.Title level={4}>{t("rules")}</Typography.Title>
      <RulesForm told={told} />
      <Typography.Title level={4}>{t("basics")}</Typography.Title>
      <Basics />
      <Typography.Title level={4}>{t("returns")}</Typography.Title>
      <ReturnsForm />
      <Typography.Title level={4}>{t("gifts")}</Typography.Title>
      <GiftsForm />
    </Form>
  );
}

function Basics() {
  const { t } = useTranslation("programme");
  const { programme, change } = useEditing();
  const { names, expiry } = programme;
  return (
    <div className="fields">
      <Field label={t("nameZh")} place={["names", "zh"]}>
        {(own) => <Input {...own} maxLength={100} value={names.zh} onChange={(event) => { change({ names: { ...names, zh: event.target.value } }); }} />}
      </Field>
      <Field label={t("nameEn")} place={["names", "en"]}>
        {(own) => <Input {...own} maxLength={100} value={names.en} onChange={(event) => { change({ names: { ...names, en: event.target.value } }); }} />}
      </Field>
      <Field label={t("base")} place={["base"]}>
        {(own) => <Select {...own} value={programme.base} options={BASES.map((value) => ({ value, label: t(`bases.${value}`) }))} onChange={(base) => { change({ base }); }} />}
      </Field>
      <Field label={t("bonusEarns")} place={["stored_bonus_earns"]}>
        {({ id, disabled }) => <Switch id={id} disabled={disabled} checked={programme.stored_bonus_earns} onChange={(stored_bonus_earns) => { change({ stored_bonus_earns }); }} />}
      </Field>
      <Field label={t("expiryMonths")} place={["expiry", "months"]} hint={t("expiryHint")}>
        {(own) => (
          <InputNumber<number>
            {...own}
            min={0}
            max={1200}
            precision={0}
            placeholder={t("forEver")}
            suffix={t("months")}
            value={expiry?.months ?? null}
            onChange={(months) => { change({ expiry: months === null ? null : { months, rounding: expiry?.rounding ?? "day" } }); }}
          />
        )}
      </Field>
      <Field label={t("expiryRounding")} place={["expiry", "rounding"]}>
        {(own) => (
          <Select
            {...own}
            disabled={own.disabled || !expiry}
            value={expiry?.rounding ?? "day"}
            options={ROUNDINGS.map((value) => ({ value, label: t(`roundings.${value}`) }))}
            onChange={(rounding) => { if (expiry) change({ expiry: { ...expiry, rounding } }); }}
          />
        )}
      </Field>
      <Field label={t("beforeEnrolment")} place={["earn_before_enrolment_days"]} hint={t("beforeEnrolmentHint")}>
        {(own) => <InputNumber<number> {...own} min={0} max={366} precision={0} suffix={t("days")} value={programme.earn_before_enrolment_days} onChange={(days) => { change({ earn_before_enrolment_days: days ?? 0 }); }} />}
      </Field>
    </div>
  );
}
