import { StorePicker } from "@console/parts/places/Pickers";
import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import { day } from "@shared/format";
import { App, DatePicker, Form, Input } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EditDrawer } from "./EditDrawer";
import { type Phone, PhoneFields, type PhoneValues, savePhone, usePhone } from "./StaffPhone";
import { rowRefusal } from "./importing";
import { type Staff } from "./words";

interface Values extends PhoneValues {
  code: string;
  name?: string;
  store?: string;
  from?: Dayjs | null;
  until?: Dayjs | null;
}

/** Adds somebody who works here, changes what they are called, where they work, and when they leave. */
export function StaffForm({ edited, onClose }: { edited: string; onClose: () => void }) {
  const isNew = edited === "+";
  const found = api.useQuery("get", "/v1/staff/{staff_id}", { params: { path: { staff_id: edited } } }, { enabled: edited !== "" && !isNew });
  const phone = usePhone(edited, edited !== "" && !isNew);
  const person = found.data?.staff;
  if (phone.isLoading) return null;
  if (edited === "" || (!isNew && person === undefined)) return found.error === null ? null : <Refused error={found.error} />;
  return <StaffFields key={edited} person={isNew ? undefined : person} phone={phone.data} onClose={onClose} />;
}

function StaffFields({ person, phone, onClose }: { person: Staff | undefined; phone: Phone | undefined; onClose: () => void }) {
  const { t } = useTranslation("organisation");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [refused, setRefused] = useState<unknown>(null);
  const [isSaving, setIsSaving] = useState(false);
  const put = api.useMutation("put", "/v1/staff");
  const save = async ({ code, name, store, from, until, ...phones }: Values) => {
    const moved = store !== undefined && store !== person?.store;
    const told = await put.mutateAsync({
      body: {
        items: [{
          code,
          name: name ?? null,
          store: moved ? { code: store, valid_from: from?.format("YYYY-MM-DD") ?? null } : null,
          until: until?.format("YYYY-MM-DD") ?? null,
        }],
      },
    });
    const refusal = rowRefusal(told);
    if (refusal !== null) throw refusal;
    await savePhone(told.items[0]?.id ?? "", phones, phone);
  };
  const saveAll = (values: Values) => {
    setRefused(null);
    setIsSaving(true);
    save(values)
      .then(() => {
        void message.success(t("saved"));
        onClose();
      })
      .catch(setRefused)
      .finally(() => {
        setIsSaving(false);
        void queries.invalidateQueries();
      });
  };
  return (
    <EditDrawer<Values>
      title={t(person === undefined ? "addUnit" : "editUnit", { what: t("staff.one") })}
      isOpen
      values={person === undefined ? {} : { code: person.code, name: person.name ?? "", store: person.store ?? undefined }}
      form={form}
      isSaving={isSaving}
      error={refused}
      onSave={saveAll}
      onClose={onClose}
    >
      <Form.Item name="code" label={t("code")} extra={t("staff.codeHint")} rules={[{ required: true, whitespace: true, message: t("codeMissing") }]}><Input disabled={person !== undefined} maxLength={100} /></Form.Item>
      <Form.Item name="name" label={t("staff.name")} extra={t("staff.nameHint")}><Input maxLength={100} /></Form.Item>
      <Form.Item name="store" label={t("stores.one")}>
        <StorePicker />
      </Form.Item>
      <Form.Item name="from" label={t("validFrom")} extra={t("validFromHint")}><DatePicker /></Form.Item>
      {person !== undefined && <Form.Item name="until" label={t("staff.until")} extra={person.until === null ? t("staff.untilHint") : t("staff.untilIs", { day: day(person.until) })}><DatePicker /></Form.Item>}
      <PhoneFields shown={phone} />
    </EditDrawer>
  );
}
