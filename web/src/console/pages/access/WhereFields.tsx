import { api } from "@shared/api/client";
import { Form, Radio, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Refused } from "../../parts/Refused";

const PARTS = ["operators", "regions", "stores", "staff"] as const;
type Part = (typeof PARTS)[number] | "brands";

/** Asks for everything that a data scope can name, and says how each of it is called. */
export function usePlaces() {
  const places = api.useQuery("get", "/v1/users/places", {}, { staleTime: 60_000 });
  const options = (part: Part) =>
    places.data?.[part].map(({ code, name }) => ({ value: code, label: code === name ? code : `${name} (${code})` })) ?? [];
  const labelOf = (part: Part, code: string) => options(part).find(({ value }) => value === code)?.label ?? code;
  return { places, options, labelOf };
}

/** The fields of a data scope: every brand or some, and what of them. */
export function WhereFields() {
  const { t } = useTranslation("access");
  const { places, options } = usePlaces();
  const some = Form.useWatch<boolean | undefined>("some");
  const field = (part: Part) => (
    <Select
      mode="multiple"
      allowClear
      loading={places.isPending}
      options={options(part)}
      optionFilterProp="label"
      placeholder={t(`where.${part}Any`)}
    />
  );
  return (
    <>
      {places.error !== null && <Form.Item><Refused error={places.error} onRetry={() => void places.refetch()} /></Form.Item>}
      <Form.Item name="some" label={t("where.brands")}>
        <Radio.Group options={[{ value: false, label: t("where.everyBrand") }, { value: true, label: t("where.someBrands") }]} />
      </Form.Item>
      {some === true && (
        <Form.Item name={["where", "brands"]} rules={[{ required: true, message: t("where.brandsMissing") }]}>{field("brands")}</Form.Item>
      )}
      <Form.Item><Typography.Text type="secondary">{t("where.hint")}</Typography.Text></Form.Item>
      {PARTS.map((part) => (
        <Form.Item key={part} name={["where", part]} label={t(`where.${part}`)}>{field(part)}</Form.Item>
      ))}
    </>
  );
}

/** Which member of the staff a user is, found by name or code; nobody, where it is left empty. */
export function StaffField() {
  const { t } = useTranslation("access");
  const { places, options } = usePlaces();
  return (
    <Form.Item name="staff" label={t("users.staff")} extra={t("users.staffHint")}>
      <Select allowClear loading={places.isPending} options={options("staff")} showSearch={{ optionFilterProp: "label" }} placeholder={t("users.noStaff")} />
    </Form.Item>
  );
}
