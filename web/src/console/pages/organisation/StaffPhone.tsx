import { type Schemas, api, http } from "@shared/api/client";
import { Checkbox, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { match } from "./words";

export type Phone = Schemas["StaffPhoneOut"];

export interface PhoneValues {
  phone?: string;
  removesPhone?: boolean;
}

/** Asks which telephone somebody signs in with; null: nobody is asked for. */
export function usePhone(staffId: string, isAsked: boolean) {
  return api.useQuery("get", "/v1/staff/{staff_id}/phone", { params: { path: { staff_id: staffId } } }, { enabled: isAsked });
}

/** Puts the telephone of a form where it says something new; `shown` is the one that it was opened with. */
export async function savePhone(staffId: string, { phone = "", removesPhone = false }: PhoneValues, shown: Phone | undefined): Promise<void> {
  const typed = phone.trim();
  if (typed === "" && !removesPhone) return;
  const path = { staff_id: staffId };
  const { data } = shown === undefined ? await http.GET("/v1/staff/{staff_id}/phone", { params: { path } }) : { data: shown };
  const version = data?.version ?? 0;
  await http.PUT("/v1/staff/{staff_id}/phone", { params: { path, header: match(version) }, body: { phone: removesPhone ? null : typed } });
}

/** Returns the words for a telephone: masked, there without a face, or none. */
export function usePhoneWords(): (shown: Phone | undefined) => string {
  const { t } = useTranslation("organisation");
  return (shown) => (shown?.is_set === true ? shown.masked ?? t("staff.phoneThere") : t("staff.phoneNone"));
}

/** The telephone with which somebody signs in: typing another one replaces it, and it can be taken away. */
export function PhoneFields({ shown }: { shown: Phone | undefined }) {
  const { t } = useTranslation("organisation");
  const words = usePhoneWords();
  const removes = Form.useWatch<boolean | undefined>("removesPhone") === true;
  const isSet = shown?.is_set === true;
  return (
    <>
      <Form.Item name="phone" label={t("staff.phone")} extra={isSet ? t("staff.phoneIs", { phone: words(shown) }) : t("staff.phoneHint")}>
        <Input type="tel" autoComplete="off" maxLength={30} disabled={removes} />
      </Form.Item>
      {isSet && <Form.Item name="removesPhone" valuePropName="checked"><Checkbox>{t("staff.phoneRemove")}</Checkbox></Form.Item>}
    </>
  );
}
