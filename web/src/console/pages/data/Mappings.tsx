import { useAddress } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { NoPermission } from "@console/parts/NoPermission";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { useWords } from "@console/words";
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { isForbidden } from "@shared/api/refusal";
import { Button, Drawer, Flex, Skeleton, Table, type TableColumnsType, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import "./data.css";
import { type Rule, columnsOf } from "./reading";
import { useDescription, useFieldName } from "./words";

type Mapping = Schemas["MappingOut"];
const WIDTH = 760;

/** What the columns of exports mean: the group's own mappings, and those that come with the product. */
export default function Mappings() {
  const { t } = useTranslation("data");
  const at = useAddress();
  const describe = useDescription();
  const [query, say] = useWords();
  const listed = api.useQuery("get", "/v1/inbox/mappings", {});
  const open = query.get("mapping");
  const columns: TableColumnsType<Mapping> = [
    { title: t("mappings.name"), key: "name", render: (_, one) => <Button type="link" className="data-link" onClick={() => { say({ mapping: one.name }); }}>{one.name}</Button> },
    { title: t("kind"), key: "kind", render: (_, one) => t(`kinds.${one.kind}`), filters: [...new Set(listed.data?.items.map((one) => one.kind) ?? [])].map((kind) => ({ value: kind, text: t(`kinds.${kind}`) })), onFilter: (value, one) => one.kind === value },
    { title: t("mappings.version"), key: "version", render: (_, one) => (one.version === null ? <Tag>{t("mappings.shipped")}</Tag> : t("mappings.numbered", { version: one.version })) },
    { title: t("editor.description"), key: "description", className: "data-detail", render: (_, one) => (one.version === null ? describe(one.name, one.description) : one.description) },
  ];
  if (isForbidden(listed.error)) return <NoPermission permissions={["inbox.read"]} />;
  return (
    <Page title={t("mappings.title")} hint={t("mappings.hint")} actions={<Link to={at("data/imports")}><Button type="primary">{t("mappings.make")}</Button></Link>}>
      {listed.error !== null && <Refused error={listed.error} onRetry={() => void listed.refetch()} />}
      {listed.isPending ? <Skeleton active /> : <Table<Mapping> aria-label={t("mappings.title")} rowKey="name" columns={columns} dataSource={listed.data?.items ?? []} pagination={false} scroll={{ x: "max-content" }} locale={{ emptyText: <Empty /> }} />}
      <Drawer open={open !== null} size={WIDTH} title={open} onClose={() => { say({ mapping: null }); }} destroyOnHidden>
        {open !== null && <Shown name={open} />}
      </Drawer>
    </Page>
  );
}

function Shown({ name }: { name: string }) {
  const { t } = useTranslation("data");
  const fieldName = useFieldName();
  const describe = useDescription();
  const mapping = api.useQuery("get", "/v1/inbox/mappings/{name}", { params: { path: { name } } });
  if (mapping.error !== null) return <Refused error={mapping.error} />;
  if (mapping.data === undefined) return <Skeleton active />;
  const rules = Object.entries((mapping.data.content as { fields: Record<string, Rule> }).fields);
  return (
    <Flex vertical gap="middle">
      <Typography.Text>{mapping.data.version === null ? describe(name, mapping.data.description) : mapping.data.description}</Typography.Text>
      <Table
        aria-label={name} size="small" rowKey={([path]) => path} pagination={false} dataSource={rules}
        columns={[
          { title: t("editor.column"), key: "column", render: (_, [, rule]) => columnsOf(rule).join(" / ") || <Typography.Text type="secondary">{fixedText(rule)}</Typography.Text> },
          { title: t("editor.field"), key: "field", render: (_, [path]) => <span title={path}>{fieldName(path)}</span> },
        ]}
      />
      <Typography.Text strong>{t("mappings.document")}</Typography.Text>
      <pre className="data-cell" tabIndex={0}>{mapping.data.document}</pre>
    </Flex>
  );
}

function fixedText(rule: Rule): string {
  if (rule.const !== undefined) return `= ${String(rule.const)}`;
  return rule.sum === undefined ? "#" : `Σ ${rule.sum}`;
}
