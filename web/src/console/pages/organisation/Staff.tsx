import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { api } from "@shared/api/client";
import { day } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Input, type TableColumnsType, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { ImportRows } from "./ImportRows";
import { StaffDrawer } from "./StaffDrawer";
import { StaffForm } from "./StaffForm";
import { staffTexts } from "./importing";
import { type Staff as Person, useWords } from "./words";

/** Everybody who works here whom the caller sees, and in which store. */
export default function Staff() {
  const { t } = useTranslation("organisation");
  const { t: c } = useTranslation("common");
  const may = useMay();
  const [word, say] = useWords();
  const asked = { text: word("text"), ...(word("store") === "" ? {} : { store: word("store") }), limit: 50 };
  const staff = api.useInfiniteQuery("get", "/v1/staff", { params: { query: asked } }, BY_CURSOR);
  const editable = may("org.write");
  const why = editable ? undefined : t("mayNotWrite");
  const add = <Button type="primary" icon={<PlusOutlined />} disabled={!editable} title={why} onClick={() => { say({ edit: "+" }); }}>{t("staff.add")}</Button>;
  const columns: TableColumnsType<Person> = [
    { title: t("code"), key: "code", render: (_, one) => <Button className="as-link" type="link" onClick={() => { say({ person: one.id }); }}>{one.code}</Button> },
    { title: t("staff.name"), key: "name", render: (_, one) => one.name ?? "—" },
    { title: t("stores.one"), key: "store", render: (_, one) => <Where person={one} /> },
  ];
  return (
    <Page
      title={t("staff.title")}
      hint={t("staff.hint")}
      actions={(
        <>
          <Button icon={<UploadOutlined />} disabled={!editable} title={why} onClick={() => { say({ import: "yes" }); }}>{t("importRows")}</Button>
          {add}
        </>
      )}
    >
      <Flex gap="small" wrap align="center">
        <Input.Search className="search" allowClear aria-label={t("staff.search")} placeholder={t("staff.search")} defaultValue={word("text")} onSearch={(text) => { say({ text }); }} />
        {word("store") !== "" && <Tag closable onClose={() => { say({ store: "" }); }}>{t("staff.inStore", { store: word("store") })}</Tag>}
      </Flex>
      <DataTable<Person>
        label={t("staff.title")}
        listing={staff}
        rowKey="id"
        columns={columns}
        empty={word("text") + word("store") === "" ? <Empty title={t("staff.none")} hint={t("staff.noneHint")} action={editable ? add : undefined} /> : <Empty title={c("nothingMatches")} action={<Button onClick={() => { say({ text: "", store: "" }); }}>{c("clearFilters")}</Button>} />}
      />
      <StaffDrawer staffId={word("person")} onClose={() => { say({ person: "" }); }} onEdit={(id) => { say({ edit: id }); }} />
      <StaffForm edited={editable ? word("edit") : ""} onClose={() => { say({ edit: "" }); }} />
      <ImportRows isOpen={word("import") !== "" && editable} title={t("staff.import")} what="staff" columns={staffTexts} onClose={() => { say({ import: "" }); }} />
    </Page>
  );
}

/** In which store somebody works, and whether they are to leave. */
function Where({ person }: { person: Person }) {
  const { t } = useTranslation("organisation");
  if (person.store === null) return <Tag>{t("staff.nowhere")}</Tag>;
  return (
    <Flex gap="small" wrap align="center">
      {`${person.store_name ?? ""} (${person.store})`}
      {person.until !== null && <Tag>{t("staff.leaves", { day: day(person.until) })}</Tag>}
    </Flex>
  );
}
