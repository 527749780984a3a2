import { Empty } from "@console/parts/Empty";
import { StaffPicker } from "@console/parts/places/Pickers";
import { Refused } from "@console/parts/Refused";
import { api, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { App, Button, Flex, Form, Select, Skeleton, Table, type TableColumnsType } from "antd";
import type { Schemas } from "@shared/api/client";
import { useTranslation } from "react-i18next";
import { CodeName } from "./CodeName";
import { EditDrawer } from "./EditDrawer";
import { type Account, match, useWords } from "./words";

type Persona = Schemas["PersonaOut"];
type Values = Schemas["PersonaIn"];

/** The names that several staff speak through towards customers. */
export function Personas({ accounts }: { accounts: readonly Account[] }) {
  const { t } = useTranslation("organisation");
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const may = useMay();
  const [word, say] = useWords();
  const personas = api.useQuery("get", "/v1/organisation/personas", {});
  const put = api.useMutation("put", "/v1/organisation/personas", {
    onSuccess: () => {
      void message.success(t("saved"));
      void queries.invalidateQueries();
      say({ persona: "" });
    },
  });
  const editable = may("org.write");
  if (personas.error !== null) return <Refused error={personas.error} onRetry={() => void personas.refetch()} />;
  if (personas.data === undefined) return <Skeleton active />;
  const { version, items } = personas.data;
  const there = items.find((one) => one.id === word("persona"));
  const add = <Button disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { say({ persona: "+" }); }}>{t("personas.add")}</Button>;
  const columns: TableColumnsType<Persona> = [
    { title: t("name"), key: "name", render: (_, one) => (editable ? <Button className="as-link" type="link" onClick={() => { say({ persona: one.id }); }}>{one.name}</Button> : one.name) },
    { title: t("code"), dataIndex: "code" },
    { title: t("accounts.one"), dataIndex: "account" },
    { title: t("personas.speaks"), key: "staff", render: (_, one) => one.staff.join(" · ") || "—" },
  ];
  return (
    <Flex vertical gap="small" align="start">
      {items.length === 0 ? <Empty title={t("personas.none")} hint={t("personas.noneHint")} action={editable ? add : undefined} /> : (
        <>
          {add}
          <Table<Persona> className="wide" aria-label={t("personas.title")} rowKey="id" columns={columns} dataSource={items} pagination={false} scroll={{ x: "max-content" }} />
        </>
      )}
      {word("persona") !== "" && editable && (
        <EditDrawer<Values>
          key={word("persona")}
          title={t(there === undefined ? "addUnit" : "editUnit", { what: t("personas.one") })}
          isOpen
          values={there === undefined ? { staff: [] } : { ...there, staff: [...there.staff] }}
          form={form}
          isSaving={put.isPending}
          error={put.error}
          onSave={(values) => { put.mutate({ params: { header: match(version) }, body: { items: [values] } }); }}
          onClose={() => { say({ persona: "" }); }}
        >
          <Form.Item name="account" label={t("accounts.one")} rules={[{ required: true, message: t("chooseOne") }]}>
            <Select disabled={there !== undefined} options={accounts.map((one) => ({ value: `${one.platform}:${one.code}` }))} />
          </Form.Item>
          <CodeName isNew={there === undefined} />
          <Form.Item name="staff" label={t("personas.speaks")} extra={t("personas.speaksHint")}>
            <StaffPicker />
          </Form.Item>
        </EditDrawer>
      )}
    </Flex>
  );
}
