import { type Field, text } from "@console/parts/overtaken/differing";
import { useOvertaken } from "@console/parts/overtaken/useOvertaken";
import { api, queries } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { App, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { CodeName } from "./CodeName";
import { EditDrawer } from "./EditDrawer";
import { type Organisation, choices, match } from "./words";

export const UNIT_KINDS = ["group", "entity", "domain", "brand", "unit", "hierarchy"] as const;
type Kind = (typeof UNIT_KINDS)[number];

interface Values {
  code: string;
  name: string;
  entity: string;
  domain: string;
  brand: string;
  time_zone: string;
}

interface Props {
  group: Organisation;
  edited: string;
  onClose: () => void;
  /** Reads the organisation as it is saved now. */
  onReload: () => Promise<Organisation | undefined>;
}

/** Adds or changes one part of the group; `edited` is `brand` for a new one, `brand/wool` for one that is there. */
export function UnitDrawer({ edited, ...given }: Props) {
  const [word = "", ...rest] = edited.split("/");
  const kind = UNIT_KINDS.find((one) => one === word);
  return kind === undefined ? null : <UnitForm key={edited} kind={kind} code={rest.join("/")} {...given} />;
}

function UnitForm({ group, kind, code, onClose, onReload }: Omit<Props, "edited"> & { kind: Kind; code: string }) {
  const { t } = useTranslation("organisation");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const put = api.useMutation("put", "/v1/organisation", {
    onSuccess: () => {
      void message.success(t("saved"));
      void queries.invalidateQueries();
      onClose();
    },
    onError: (error) => { overtaken.hear(error); },
  });
  const isNew = code === "" && kind !== "group";
  const overtaken = useOvertaken<Organisation, Values>({
    form,
    there: group,
    refusal: "org.organisation_changed",
    fields: useFields(kind),
    // Somebody else may have added a part under the code that is typed for a new one.
    valuesOf: (told) => valuesOf(told, kind, isNew ? codeTyped(kind, form.getFieldsValue(true) as Partial<Values>) : code),
    reload: onReload,
    send: (values, onto) => { put.mutate({ params: { header: match(onto.version) }, body: bodyOf(kind, { ...values, code: values.code ?? code }) }); },
    onTaken: put.reset,
  });
  return (
    <EditDrawer<Values>
      title={t(isNew ? "addUnit" : "editUnit", { what: t(`units.${kind}`) })}
      isOpen
      values={valuesOf(group, kind, code)}
      form={form}
      isSaving={put.isPending}
      error={put.error}
      onSave={overtaken.save}
      onClose={onClose}
      overtaken={overtaken}
    >
      {kind === "group" ? (
        <Form.Item name="name" label={t("name")} rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}><Input maxLength={200} /></Form.Item>
      ) : <CodeName isNew={isNew} />}
      {(kind === "domain" || kind === "brand") && (
        <Form.Item name="entity" label={t(kind === "domain" ? "controller" : "units.entity")} extra={kind === "domain" ? t("controllerHint") : undefined} rules={[{ required: true, message: t("chooseOne") }]}>
          <Select options={choices(group.entities)} disabled={kind === "domain" && !isNew} showSearch={{ optionFilterProp: "label" }} />
        </Form.Item>
      )}
      {kind === "brand" && (
        <>
          <Form.Item name="domain" label={t("units.domain")} extra={t("domainHint")} rules={[{ required: true, message: t("chooseOne") }]}>
            <Select options={choices(group.domains)} disabled={!isNew} />
          </Form.Item>
          <Form.Item name="time_zone" label={t("timeZone")} extra={t("timeZoneHint")} rules={[{ required: true, message: t("chooseOne") }]}><Input maxLength={100} /></Form.Item>
        </>
      )}
      {kind === "unit" && (
        <Form.Item name="brand" label={t("units.brand")} rules={[{ required: true, message: t("chooseOne") }]}>
          <Select options={choices(group.brands)} disabled={!isNew} />
        </Form.Item>
      )}
    </EditDrawer>
  );
}

/** Returns the fields of a part of the group in words, to tell what differs. */
function useFields(kind: Kind): Field<Values>[] {
  const { t } = useTranslation("organisation");
  const owner = t(kind === "domain" ? "controller" : "units.entity");
  return [
    { label: t("name"), holds: ({ name }) => text(name) },
    { label: owner, holds: ({ entity }) => text(entity) },
    { label: t("units.domain"), holds: ({ domain }) => text(domain) },
    { label: t("timeZone"), holds: ({ time_zone }) => text(time_zone) },
  ];
}

const codeTyped = (kind: Kind, { code, brand }: Partial<Values>) => (kind === "unit" ? `${brand ?? ""}/${code ?? ""}` : (code ?? ""));

function valuesOf(group: Organisation, kind: Kind, code: string): Partial<Values> {
  switch (kind) {
    case "group": return { name: group.name };
    case "entity": return { ...group.entities.find((one) => one.code === code) };
    case "domain": return group.domains.find((one) => one.code === code) ?? { entity: only(group.entities) };
    case "brand": return { ...(group.brands.find((one) => one.code === code) ?? { time_zone: "Asia/Shanghai", entity: only(group.entities), domain: only(group.domains) }) };
    case "unit": return { ...group.units.find((one) => `${one.brand}/${one.code}` === code) };
    case "hierarchy": return { ...group.hierarchies.find((one) => one.code === code) };
  }
}

function only(things: readonly { code: string }[]): string {
  return things.length === 1 ? (things[0]?.code ?? "") : "";
}

const NOTHING: Schemas["OrganisationIn"] = { entities: [], domains: [], brands: [], units: [], hierarchies: [] };

function bodyOf(kind: Kind, { code, name, entity, domain, brand, time_zone }: Values): Schemas["OrganisationIn"] {
  switch (kind) {
    case "group": return { ...NOTHING, name };
    case "entity": return { ...NOTHING, entities: [{ code, name }] };
    case "domain": return { ...NOTHING, domains: [{ code, name, entity }] };
    case "brand": return { ...NOTHING, brands: [{ code, name, entity, domain, time_zone }] };
    case "unit": return { ...NOTHING, units: [{ code, name, brand }] };
    case "hierarchy": return { ...NOTHING, hierarchies: [{ code, name }] };
  }
}
