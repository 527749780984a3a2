import { type Field, text } from "@console/parts/overtaken/differing";
import { useOvertaken } from "@console/parts/overtaken/useOvertaken";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { App, DatePicker, Form, Select } from "antd";
import type { Dayjs } from "dayjs";
import { useTranslation } from "react-i18next";
import { CodeName } from "./CodeName";
import { EditDrawer } from "./EditDrawer";
import { choices, match } from "./words";

interface Values {
  code: string;
  name: string;
  parent?: string;
  from?: Dayjs | null;
}

type Told = Schemas["RegionsOut"];

interface Props {
  hierarchy: string;
  regions: Told;
  /** The code of a region, `+` for a new one, nothing while the drawer is closed. */
  edited: string;
  onClose: () => void;
  /** Reads the regions as they are saved now. */
  onReload: () => Promise<Told | undefined>;
}

/** Adds a region, renames it, or moves it below another one from a day on. */
export function RegionDrawer(props: Props) {
  return props.edited === "" ? null : <RegionForm key={props.edited} {...props} />;
}

function RegionForm({ hierarchy, regions, edited, onClose, onReload }: Props) {
  const { t } = useTranslation("organisation");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const put = api.useMutation("put", "/v1/organisation/hierarchies/{hierarchy}/regions", {
    onSuccess: () => {
      void message.success(t("saved"));
      void queries.invalidateQueries();
      onClose();
    },
    onError: (error) => { overtaken.hear(error); },
  });
  const regionIn = (told: Told, code: string) => told.items.find((one) => one.code === code);
  const there = regionIn(regions, edited);
  const isNew = there === undefined;
  const overtaken = useOvertaken<Told, Values>({
    form,
    there: regions,
    refusal: "org.organisation_changed",
    fields: useFields(regions),
    // Somebody else may have added a region under the code that is typed for a new one.
    valuesOf: (told) => valuesOf(regionIn(told, isNew ? String(form.getFieldValue("code")) : edited)),
    reload: onReload,
    send: ({ code, name, parent, from }, onto) => {
      const moved = parent === undefined || parent === regionIn(onto, code)?.parent ? {} : { parent, valid_from: from?.format("YYYY-MM-DD") ?? null };
      put.mutate({ params: { path: { hierarchy }, header: match(onto.version) }, body: { items: [{ code, name, ...moved }] } });
    },
    onTaken: put.reset,
  });
  return (
    <EditDrawer<Values>
      title={t(isNew ? "addUnit" : "editUnit", { what: t("units.region") })}
      isOpen
      values={valuesOf(there)}
      form={form}
      isSaving={put.isPending}
      error={put.error}
      onSave={overtaken.save}
      onClose={onClose}
      overtaken={overtaken}
    >
      <CodeName isNew={isNew} />
      <Form.Item name="parent" label={t("parent")} extra={t("parentHint")}>
        <Select allowClear={isNew} options={choices(regions.items.filter((one) => one.code !== edited))} showSearch={{ optionFilterProp: "label" }} />
      </Form.Item>
      <Form.Item name="from" label={t("validFrom")} extra={t("validFromHint")}><DatePicker /></Form.Item>
    </EditDrawer>
  );
}

function valuesOf(region: Told["items"][number] | undefined): Partial<Values> {
  return region === undefined ? {} : { code: region.code, name: region.name, parent: region.parent ?? undefined };
}

/** Returns the fields of a region in words, to tell what differs. */
function useFields(regions: Told): Field<Values>[] {
  const { t } = useTranslation("organisation");
  const nameOf = (code: string) => choices(regions.items).find((one) => one.value === code)?.label ?? code;
  return [
    { label: t("name"), holds: ({ name }) => text(name) },
    { label: t("parent"), holds: ({ parent }) => text(parent), say: nameOf },
  ];
}
