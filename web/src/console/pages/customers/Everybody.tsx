import { count } from "@shared/format";
import { Checkbox, Form } from "antd";
import { useTranslation } from "react-i18next";

/** Asks whoever filtered nobody out to say that really everybody is meant, by their number. */
export function Everybody({ held }: { held: number }) {
  const { t } = useTranslation("customers");
  const said = (_: unknown, value: unknown) => (value === true ? Promise.resolve() : Promise.reject(new Error(t("everybodyMissing"))));
  return (
    <Form.Item name="everybody" valuePropName="checked" rules={[{ validator: said }]} extra={t("everybodyHint")}>
      <Checkbox>{t("everybodyMeant", { count: held, shown: count(held) })}</Checkbox>
    </Form.Item>
  );
}
