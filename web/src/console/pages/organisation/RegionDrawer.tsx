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

interface Props {
  hierarchy: string;
  regions: Schemas["RegionsOut"];
  /** The code of a region, `+` for a new one, nothing while the drawer is closed. */
  edited: string;
  onClose: () => void;
}

/** Adds a region, renames it, or moves it below another one from a day on. */
export function RegionDrawer({ hierarchy, regions, edited, onClose }: Props) {
  const { t } = useTranslation("organisation");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const put = api.useMutation("put", "/v1/organisation/hierarchies/{hierarchy}/regions", {
    onSuccess: () => {
      void message.success(t("saved"));
      void queries.invalidateQueries();
      onClose();
    },
  });
  const there = regions.items.find((one) => one.code === edited);
  const isNew = there === undefined;
  const save = ({ code, name, parent, from }: Values) => {
    const moved = parent === undefined || parent === there?.parent ? {} : { parent, valid_from: from?.format("YYYY-MM-DD") ?? null };
    put.mutate({ params: { path: { hierarchy }, header: match(regions.version) }, body: { items: [{ code, name, ...moved }] } });
  };
  return (
    <EditDrawer<Values>
      key={edited}
      title={t(isNew ? "addUnit" : "editUnit", { what: t("units.region") })}
      isOpen={edited !== ""}
      values={there === undefined ? {} : { code: there.code, name: there.name, parent: there.parent ?? undefined }}
      form={form}
      isSaving={put.isPending}
      error={put.error}
      onSave={save}
      onClose={onClose}
    >
      <CodeName isNew={isNew} />
      <Form.Item name="parent" label={t("parent")} extra={t("parentHint")}>
        <Select allowClear={isNew} options={choices(regions.items.filter((one) => one.code !== edited))} showSearch={{ optionFilterProp: "label" }} />
      </Form.Item>
      <Form.Item name="from" label={t("validFrom")} extra={t("validFromHint")}><DatePicker /></Form.Item>
    </EditDrawer>
  );
}
