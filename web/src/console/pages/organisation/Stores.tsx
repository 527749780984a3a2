import { PlusOutlined, UploadOutlined } from "@ant-design/icons";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { api } from "@shared/api/client";
import { count } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Input, Select, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { ImportRows } from "./ImportRows";
import { StoreDrawer } from "./StoreDrawer";
import { StoreForm } from "./StoreForm";
import { storeTexts } from "./importing";
import { STORE_KINDS, type Store, type StoreKind, choices, fullest, useOrganisation, useRegions, useWords } from "./words";

const FILTERS = ["text", "kind", "brand", "operator", "hierarchy", "region"] as const;

/** Every store that the caller sees: what it is, who runs it, where it lies. */
export default function Stores() {
  const { t } = useTranslation("organisation");
  const { t: c } = useTranslation("common");
  const may = useMay();
  const [word, say] = useWords();
  const kind = STORE_KINDS.find((one) => one === word("kind"));
  const asked = {
    text: word("text"),
    ...(kind === undefined ? {} : { kind }),
    ...(word("brand") === "" ? {} : { brand: word("brand") }),
    ...(word("operator") === "" ? {} : { operator: word("operator") }),
    ...(word("region") === "" ? {} : { region: word("region"), hierarchy: word("hierarchy") }),
    limit: 50,
  };
  const stores = api.useInfiniteQuery("get", "/v1/stores", { params: { query: asked } }, BY_CURSOR);
  const isFiltered = FILTERS.some((name) => word(name) !== "");
  const clear = () => { say(Object.fromEntries(FILTERS.map((name) => [name, ""]))); };
  const editable = may("org.write");
  const add = <Button type="primary" icon={<PlusOutlined />} disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { say({ edit: "+" }); }}>{t("stores.add")}</Button>;
  const columns: TableColumnsType<Store> = [
    {
      title: t("name"), key: "name", fixed: "left",
      render: (_, one) => (
        <Flex vertical>
          <Button className="as-link" type="link" onClick={() => { say({ store: one.id }); }}>{one.name}</Button>
          <Typography.Text type="secondary">{one.code}</Typography.Text>
        </Flex>
      ),
    },
    { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`) },
    { title: t("units.brand"), key: "brands", render: (_, one) => <Flex gap="small" wrap>{one.brands.map((brand) => <Tag key={brand}>{brand}</Tag>)}</Flex> },
    { title: t("operator"), key: "operator", render: (_, one) => one.operator_name ?? "—" },
    { title: t("regions"), key: "regions", render: (_, one) => Object.entries(one.region_names).map(([hierarchy, region]) => <div key={hierarchy}><Typography.Text type="secondary">{hierarchy}</Typography.Text> {region}</div>) },
    { title: t("staff.title"), key: "staff", align: "right", render: (_, one) => count(one.staff) },
  ];
  return (
    <Page
      title={t("stores.title")}
      hint={t("stores.hint")}
      actions={(
        <>
          <Button icon={<UploadOutlined />} disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { say({ import: "yes" }); }}>{t("importRows")}</Button>
          {add}
        </>
      )}
    >
      <Filters kind={kind} word={word} say={say} />
      <DataTable<Store>
        label={t("stores.title")}
        listing={stores}
        rowKey="id"
        columns={columns}
        empty={isFiltered ? <Empty title={c("nothingMatches")} action={<Button onClick={clear}>{c("clearFilters")}</Button>} /> : <Empty title={t("stores.none")} hint={t("stores.noneHint")} action={editable ? add : undefined} />}
      />
      <StoreDrawer storeId={word("store")} onClose={() => { say({ store: "" }); }} onEdit={(code) => { say({ edit: code }); }} />
      <StoreForm code={editable ? word("edit") : ""} onClose={() => { say({ edit: "" }); }} />
      <ImportRows
        isOpen={word("import") !== "" && editable}
        title={t("stores.import")}
        what="stores"
        columns={storeTexts}
        onClose={() => { say({ import: "" }); }}
      />
    </Page>
  );
}

function Filters({ kind, word, say }: { kind: StoreKind | undefined; word: (name: string) => string; say: (words: Record<string, string>) => void }) {
  const { t } = useTranslation("organisation");
  const organisation = useOrganisation();
  const hierarchy = word("hierarchy") || fullest(organisation.data?.hierarchies);
  const regions = useRegions(organisation.data === undefined ? "" : hierarchy);
  return (
    <Flex gap="small" wrap>
      <Input.Search className="search" allowClear aria-label={t("stores.search")} placeholder={t("stores.search")} defaultValue={word("text")} onSearch={(text) => { say({ text }); }} />
      <Select<StoreKind> allowClear aria-label={t("kind")} placeholder={t("kind")} value={kind ?? null} options={STORE_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} onChange={(value) => { say({ kind: value ?? "" }); }} popupMatchSelectWidth={false} />
      {organisation.data !== undefined && (
        <>
          <Select allowClear aria-label={t("units.brand")} placeholder={t("units.brand")} value={word("brand") || null} options={choices(organisation.data.brands)} onChange={(value) => { say({ brand: value ?? "" }); }} popupMatchSelectWidth={false} />
          <Select allowClear aria-label={t("operator")} placeholder={t("operator")} value={word("operator") || null} options={choices(organisation.data.entities)} onChange={(value) => { say({ operator: value ?? "" }); }} popupMatchSelectWidth={false} />
          {organisation.data.hierarchies.length > 1 && <Select aria-label={t("units.hierarchy")} value={hierarchy} options={choices(organisation.data.hierarchies)} onChange={(value) => { say({ hierarchy: value, region: "" }); }} popupMatchSelectWidth={false} />}
          {hierarchy !== "" && <Select allowClear aria-label={t("units.region")} placeholder={t("units.region")} value={word("region") || null} options={choices(regions.data?.items ?? [])} onChange={(value) => { say({ region: value ?? "", hierarchy }); }} showSearch={{ optionFilterProp: "label" }} popupMatchSelectWidth={false} />}
        </>
      )}
    </Flex>
  );
}
