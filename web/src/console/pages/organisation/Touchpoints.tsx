import { PlusOutlined } from "@ant-design/icons";
import { useBrand } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { api, queries } from "@shared/api/client";
import { useMay } from "@shared/session";
import { App, Button, Form, Input, Select, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { CodeName } from "./CodeName";
import { EditDrawer } from "./EditDrawer";
import { type Touchpoint, useWords } from "./words";

interface Values {
  code: string;
  name: string;
  account?: string;
}

/** The places where customers meet the brand of the address. */
export default function Touchpoints() {
  const { t } = useTranslation("organisation");
  const { code: brand } = useBrand();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const may = useMay();
  const [word, say] = useWords();
  const listing = api.useInfiniteQuery("get", "/v1/organisation/touchpoints", { params: { query: { brand, text: word("text"), limit: 50 } } }, BY_CURSOR);
  const accounts = api.useQuery("get", "/v1/organisation/accounts", {});
  const put = api.useMutation("put", "/v1/organisation/touchpoints", {
    onSuccess: () => {
      void message.success(t("saved"));
      void queries.invalidateQueries();
      say({ edit: "" });
    },
  });
  const editable = may("org.write");
  const edited = editable ? word("edit") : "";
  const there = listing.data?.pages.flatMap((page) => page.items).find((one) => one.code === edited);
  const add = <Button type="primary" icon={<PlusOutlined />} disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { say({ edit: "+" }); }}>{t("touchpoints.add")}</Button>;
  const columns: TableColumnsType<Touchpoint> = [
    { title: t("name"), key: "name", render: (_, one) => (editable ? <Button className="as-link" type="link" onClick={() => { say({ edit: one.code }); }}>{one.name}</Button> : one.name) },
    { title: t("code"), dataIndex: "code" },
    { title: t("accounts.one"), key: "account", render: (_, one) => one.account ?? "—" },
  ];
  return (
    <Page title={t("touchpoints.title")} hint={t("touchpoints.hint")} actions={add}>
      <Input.Search className="search" allowClear aria-label={t("touchpoints.search")} placeholder={t("touchpoints.search")} defaultValue={word("text")} onSearch={(text) => { say({ text }); }} />
      <DataTable<Touchpoint>
        label={t("touchpoints.title")}
        listing={listing}
        rowKey="id"
        columns={columns}
        empty={word("text") === "" ? <Empty title={t("touchpoints.none")} hint={t("touchpoints.noneHint")} action={editable ? add : undefined} /> : <Empty title={t("noMatch")} action={<Button onClick={() => { say({ text: "" }); }}>{t("clear")}</Button>} />}
      />
      {edited !== "" && (edited === "+" || there !== undefined) && (
        <EditDrawer<Values>
          key={edited}
          title={t(there === undefined ? "addUnit" : "editUnit", { what: t("touchpoints.one") })}
          isOpen
          values={there === undefined ? {} : { code: there.code, name: there.name, account: there.account ?? undefined }}
          form={form}
          isSaving={put.isPending}
          error={put.error}
          onSave={({ code, name, account }) => { put.mutate({ body: { items: [{ brand, code, name, account: account ?? null }] } }); }}
          onClose={() => { say({ edit: "" }); }}
        >
          <CodeName isNew={there === undefined} />
          <Form.Item name="account" label={t("accounts.one")} extra={t("touchpoints.accountHint")}>
            <Select allowClear options={(accounts.data?.items ?? []).filter((one) => one.brand === brand).map((one) => ({ value: `${one.platform}:${one.code}` }))} />
          </Form.Item>
        </EditDrawer>
      )}
    </Page>
  );
}
