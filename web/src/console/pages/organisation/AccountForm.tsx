import { StorePicker } from "@console/parts/places/Pickers";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { App, Form, Input, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { EditDrawer } from "./EditDrawer";
import { choices, match, useOrganisation } from "./words";

type Values = Omit<Schemas["ChannelAccountIn"], "store"> & { store?: string };

interface Props {
  known: Schemas["ChannelAccountsOut"];
  /** Platform and code, `+` for a new one, nothing while the drawer is closed. */
  edited: string;
  onClose: () => void;
}

/** Adds a channel account, or changes what its feeds may be taken for from now on. */
export function AccountForm({ known, edited, onClose }: Props) {
  const { t } = useTranslation("organisation");
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<Values>();
  const organisation = useOrganisation();
  const ships = Form.useWatch("fulfilment_only", form);
  const put = api.useMutation("put", "/v1/organisation/accounts", {
    onSuccess: () => {
      void message.success(t("saved"));
      void queries.invalidateQueries();
      onClose();
    },
  });
  if (edited === "") return null;
  const there = known.items.find((one) => `${one.platform}:${one.code}` === edited);
  const save = (values: Values) => {
    const only = values.fulfilment_only ? { books_revenue: false, earns: false } : {};
    const put_it = () => { put.mutate({ params: { header: match(known.version) }, body: { items: [{ ...values, ...only, store: values.store ?? null }] } }); };
    const stops = there !== undefined && ((there.books_revenue && !({ ...values, ...only }).books_revenue) || (there.earns && !({ ...values, ...only }).earns));
    if (!stops) put_it();
    else void modal.confirm({ title: t("accounts.stopTitle"), content: t("accounts.stopMeans"), onOk: put_it });
  };
  return (
    <EditDrawer<Values>
      key={edited}
      title={t(there === undefined ? "addUnit" : "editUnit", { what: t("accounts.one") })}
      isOpen
      values={there === undefined ? { sees_orders: true, books_revenue: true, earns: true, fulfilment_only: false } : { ...there, store: there.store ?? undefined }}
      form={form}
      isSaving={put.isPending}
      error={put.error}
      onSave={save}
      onClose={onClose}
    >
      <Form.Item name="brand" label={t("units.brand")} rules={[{ required: true, message: t("chooseOne") }]}><Select disabled={there !== undefined} options={choices(organisation.data?.brands ?? [])} /></Form.Item>
      <Form.Item name="platform" label={t("accounts.platform")} extra={t("accounts.platformHint")} rules={[{ required: true, pattern: /^[a-z][a-z0-9_]*$/, message: t("accounts.platformHint") }]}><Input disabled={there !== undefined} maxLength={50} /></Form.Item>
      <Form.Item name="code" label={t("accounts.code")} extra={t("accounts.codeHint")} rules={[{ required: true, whitespace: true, message: t("codeMissing") }]}><Input disabled={there !== undefined} maxLength={100} /></Form.Item>
      <Form.Item name="entity" label={t("accounts.owner")} rules={[{ required: true, message: t("chooseOne") }]}><Select options={choices(organisation.data?.entities ?? [])} /></Form.Item>
      <Form.Item name="store" label={t("stores.one")}><StorePicker allowClear /></Form.Item>
      <Form.Item name="sees_orders" label={t("accounts.sees_orders")} extra={t("accounts.sees_orders_means")} valuePropName="checked"><Switch /></Form.Item>
      <Form.Item name="fulfilment_only" label={t("accounts.fulfilment_only")} extra={t("accounts.fulfilment_only_means")} valuePropName="checked"><Switch /></Form.Item>
      <Form.Item name="books_revenue" label={t("accounts.books_revenue")} extra={t("accounts.books_revenue_means")} valuePropName="checked"><Switch disabled={ships === true} /></Form.Item>
      <Form.Item name="earns" label={t("accounts.earns")} extra={t("accounts.earns_means")} valuePropName="checked"><Switch disabled={ships === true} /></Form.Item>
    </EditDrawer>
  );
}
