import { PlusOutlined } from "@ant-design/icons";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { Why } from "@console/parts/Why";
import { api } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { useMay } from "@shared/session";
import { Button, Flex, Input, Skeleton, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { AccountForm } from "./AccountForm";
import { Personas } from "./Personas";
import { type Account, useWords } from "./words";

const USES = ["sees_orders", "books_revenue", "earns", "fulfilment_only"] as const;

/** The shops, apps and corps on platforms, with what their feeds may be taken for. */
export default function Accounts() {
  const { t } = useTranslation("organisation");
  const may = useMay();
  const [word, say] = useWords();
  const accounts = api.useQuery("get", "/v1/organisation/accounts", {});
  const editable = may("org.write");
  if (isForbidden(accounts.error)) return <NoPermission permissions={["org.read"]} />;
  const add = <Button type="primary" icon={<PlusOutlined />} disabled={!editable} title={editable ? undefined : t("mayNotWrite")} onClick={() => { say({ edit: "+" }); }}>{t("accounts.add")}</Button>;
  const rows = (accounts.data?.items ?? []).filter((one) => `${one.brand} ${one.platform}:${one.code} ${one.entity} ${one.store ?? ""}`.toLowerCase().includes(word("text").trim().toLowerCase()));
  const columns: TableColumnsType<Account> = [
    { title: t("units.brand"), dataIndex: "brand", sorter: (one, other) => one.brand.localeCompare(other.brand) },
    { title: t("accounts.one"), key: "account", render: (_, one) => (editable ? <Button className="as-link" type="link" onClick={() => { say({ edit: `${one.platform}:${one.code}` }); }}>{one.platform}:{one.code}</Button> : `${one.platform}:${one.code}`) },
    { title: t("accounts.owner"), dataIndex: "entity" },
    { title: t("stores.one"), key: "store", render: (_, one) => one.store ?? "—" },
    {
      title: <Flex gap="small">{t("accounts.uses")}<Why title={t("accounts.uses")} explanation={<dl>{USES.map((use) => <div key={use}><dt><strong>{t(`accounts.${use}`)}</strong></dt><dd>{t(`accounts.${use}_means`)}</dd></div>)}</dl>} /></Flex>,
      key: "uses",
      render: (_, one) => <Flex gap="small" wrap>{USES.filter((use) => one[use]).map((use) => <Tag key={use} color={use === "fulfilment_only" ? "warning" : "default"}>{t(`accounts.${use}`)}</Tag>)}</Flex>,
    },
  ];
  return (
    <Page title={t("accounts.title")} hint={t("accounts.hint")} actions={add}>
      <Input.Search className="search" allowClear aria-label={t("accounts.search")} placeholder={t("accounts.search")} defaultValue={word("text")} onSearch={(text) => { say({ text }); }} />
      {accounts.error !== null && <Refused error={accounts.error} onRetry={() => void accounts.refetch()} />}
      {accounts.data === undefined ? accounts.error === null && <Skeleton active /> : (
        <>
          <Table<Account>
            aria-label={t("accounts.title")}
            rowKey="id"
            columns={columns}
            dataSource={rows}
            pagination={rows.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
            scroll={{ x: "max-content" }}
            locale={{ emptyText: word("text") === "" ? <Empty title={t("accounts.none")} hint={t("accounts.noneHint")} action={editable ? add : undefined} /> : <Empty title={t("noMatch")} action={<Button onClick={() => { say({ text: "" }); }}>{t("clear")}</Button>} /> }}
          />
          <Typography.Title level={2} className="part-title">{t("personas.title")}</Typography.Title>
          <Personas accounts={accounts.data.items} />
          <AccountForm known={accounts.data} edited={editable ? word("edit") : ""} onClose={() => { say({ edit: "" }); }} />
        </>
      )}
    </Page>
  );
}
