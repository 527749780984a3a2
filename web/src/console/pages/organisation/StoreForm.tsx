import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { App, DatePicker, Form, Select, Typography } from "antd";
import type { Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeName } from "./CodeName";
import { EditDrawer } from "./EditDrawer";
import { rowRefusal } from "./importing";
import { STORE_KINDS, type Store, type StoreKind, choices, fullest, useOrganisation, useRegions } from "./words";

interface Values {
  code: string;
  name: string;
  kind: StoreKind;
  brands: string[];
  operator?: string;
  region?: string;
  /** Only of brands that have units: without a field the form says nothing of them. */
  units?: Record<string, string | undefined>;
  from?: Dayjs | null;
}

/** Adds a store or changes it; who runs it and where it lies change from a day on. */
export function StoreForm({ code, onClose }: { code: string; onClose: () => void }) {
  const isNew = code === "+";
  const found = api.useQuery("get", "/v1/stores", { params: { query: { text: code, limit: 200 } } }, { enabled: code !== "" && !isNew });
  const store = found.data?.items.find((one) => one.code === code);
  if (code === "" || (!isNew && store === undefined)) return found.error === null ? null : <Refused error={found.error} />;
  return <StoreFields key={code} store={isNew ? undefined : store} onClose={onClose} />;
}

function StoreFields({ store, onClose }: { store: Store | undefined; onClose: () => void }) {
  const { t } = useTranslation("organisation");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [refused, setRefused] = useState<Refusal | null>(null);
  const organisation = useOrganisation();
  const hierarchy = organisation.data?.hierarchies.find((one) => one.code === fullest(organisation.data.hierarchies));
  const regions = useRegions(hierarchy?.code ?? "");
  const put = api.useMutation("put", "/v1/stores", {
    onSuccess: (told) => {
      const refusal = rowRefusal(told);
      setRefused(refusal);
      if (refusal !== null) return;
      void message.success(t("saved"));
      void queries.invalidateQueries();
      onClose();
    },
  });
  const region = hierarchy === undefined ? undefined : store?.regions[hierarchy.code];
  const save = (values: Values) => {
    const from = values.from?.format("YYYY-MM-DD") ?? null;
    put.mutate({
      body: {
        items: [{
          code: values.code,
          name: values.name,
          kind: values.kind,
          brands: values.brands,
          operator: values.operator === undefined || values.operator === store?.operator ? null : { code: values.operator, valid_from: from },
          regions: hierarchy === undefined || values.region === undefined || values.region === region ? [] : [{ within: hierarchy.code, code: values.region, valid_from: from }],
          units: Object.entries(values.units ?? {}).flatMap(([brand, unit]) => (unit === undefined || unit === store?.units[brand] || !values.brands.includes(brand) ? [] : [{ within: brand, code: unit, valid_from: from }])),
        }],
      },
    });
  };
  const there = store === undefined ? { kind: "direct" as const, brands: [], units: {} } : { code: store.code, name: store.name, kind: store.kind, brands: store.brands, operator: store.operator ?? undefined, region, units: store.units };
  return (
    <EditDrawer<Values>
      title={t(store === undefined ? "addUnit" : "editUnit", { what: t("stores.one") })}
      isOpen
      values={there}
      form={form}
      isSaving={put.isPending}
      error={put.error ?? refused}
      onSave={save}
      onClose={onClose}
    >
      <CodeName isNew={store === undefined} />
      <Form.Item name="kind" label={t("kind")}><Select options={STORE_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} /></Form.Item>
      <Form.Item name="brands" label={t("stores.brands")} extra={store === undefined ? undefined : t("stores.brandsHint")} rules={[{ required: true, message: t("chooseOne") }]}>
        <Select mode="multiple" options={choices(organisation.data?.brands ?? []).map((one) => ({ ...one, disabled: store?.brands.includes(one.value) ?? false }))} />
      </Form.Item>
      <Typography.Title level={4}>{t("fromDay")}</Typography.Title>
      <Form.Item name="operator" label={t("operator")} extra={t("operatorHint")}><Select options={choices(organisation.data?.entities ?? [])} showSearch={{ optionFilterProp: "label" }} /></Form.Item>
      {hierarchy !== undefined && <Form.Item name="region" label={t("regionIn", { hierarchy: hierarchy.name })}><Select options={choices(regions.data?.items ?? [])} showSearch={{ optionFilterProp: "label" }} /></Form.Item>}
      <UnitFields />
      <Form.Item name="from" label={t("validFrom")} extra={t("validFromHint")}><DatePicker /></Form.Item>
    </EditDrawer>
  );
}

/** The business unit of the store in each of its brands that has some. */
function UnitFields() {
  const { t } = useTranslation("organisation");
  const organisation = useOrganisation();
  const brands = Form.useWatch<string[] | undefined>("brands") ?? [];
  return brands.map((brand) => {
    const units = organisation.data?.units.filter((one) => one.brand === brand) ?? [];
    const name = organisation.data?.brands.find((one) => one.code === brand)?.name ?? brand;
    return units.length > 0 && (
      <Form.Item key={brand} name={["units", brand]} label={t("unitIn", { brand: name })}>
        <Select options={choices(units)} showSearch={{ optionFilterProp: "label" }} />
      </Form.Item>
    );
  });
}
