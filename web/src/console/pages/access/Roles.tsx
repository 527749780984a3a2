import { CheckOutlined, PlusOutlined } from "@ant-design/icons";
import { isForbidden } from "@shared/api/refusal";
import { useMay } from "@shared/session";
import { Button, Flex, Skeleton, Table, type TableColumnsType, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useAddress } from "../../brand";
import { NoPermission } from "../../parts/NoPermission";
import { Page } from "../../parts/Page";
import { Refused } from "../../parts/Refused";
import { RoleDrawer } from "./RoleDrawer";
import { type Permission, type Role, byArea, useNamed, usePermissions, useRoles } from "./words";
import "./access.css";

const NEW = "new";

interface Row {
  key: string;
  permission: Permission | null;
  area: string;
}

/** What each role may do, as a table of permissions in words, and who holds it. */
export default function Roles() {
  const { t } = useTranslation("access");
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const open = query.get("role");
  const roles = useRoles();
  const permissions = usePermissions();
  const show = (code: string | null) => { setQuery(code === null ? {} : { role: code }); };
  const add = (
    <Button
      type="primary"
      icon={<PlusOutlined />}
      disabled={!may("roles.write")}
      title={may("roles.write") ? undefined : t("roles.mayNot")}
      onClick={() => { show(NEW); }}
    >
      {t("roles.add")}
    </Button>
  );
  const error: unknown = roles.error ?? permissions.error;
  if (isForbidden(error)) return <NoPermission permissions={["users.read"]} />;
  const known = permissions.data?.items.filter((one) => one.for_roles) ?? [];
  const roleNow = (told: typeof roles.data) => told?.items.find((one) => one.code === open);
  const opened = roleNow(roles.data);
  return (
    <Page title={t("roles.title")} hint={t("roles.hint")} actions={add}>
      {error !== null && <Refused error={error} onRetry={() => { void roles.refetch(); void permissions.refetch(); }} />}
      {roles.data === undefined || permissions.data === undefined ? (error === null && <Skeleton active />) : (
        <Matrix roles={roles.data.items} permissions={known} onOpen={show} />
      )}
      {permissions.data !== undefined && (open === NEW || opened !== undefined) && (
        <RoleDrawer key={open} role={opened ?? null} permissions={known} onClose={() => { show(null); }} onReload={async () => roleNow((await roles.refetch()).data)} />
      )}
    </Page>
  );
}

function Matrix({ roles, permissions, onOpen }: { roles: readonly Role[]; permissions: readonly Permission[]; onOpen: (code: string) => void }) {
  const { t } = useTranslation("access");
  const say = useNamed();
  const at = useAddress();
  const rows: Row[] = byArea(permissions).flatMap(([area, held]) => [
    { key: area, permission: null, area },
    ...held.map((permission) => ({ key: permission.code, permission, area })),
  ]);
  const columns: TableColumnsType<Row> = [
    {
      key: "permission",
      fixed: "start",
      title: t("roles.permission"),
      width: "18em",
      render: (_, row) => row.permission === null
        ? <Typography.Text strong>{t(`areas.${row.area}`, { defaultValue: row.area })}</Typography.Text>
        : say(row.permission),
    },
    ...roles.map((role) => ({
      key: role.code,
      width: "9em",
      title: (
        <Flex vertical align="center">
          <Button type="link" size="small" onClick={() => { onOpen(role.code); }}>{say(role)}</Button>
          <Link to={at(`users?role=${encodeURIComponent(role.code)}`)}>{t("roles.holders", { count: role.holders })}</Link>
        </Flex>
      ),
      render: (_: unknown, row: Row) => row.permission !== null && role.permissions.includes(row.permission.code)
        ? <CheckOutlined className="given" aria-label={t("roles.held")} />
        : null,
    })),
  ];
  return (
    <Table<Row>
      aria-label={t("roles.title")}
      className="matrix"
      size="small"
      bordered
      pagination={false}
      sticky
      scroll={{ x: "max-content" }}
      dataSource={rows}
      columns={columns}
    />
  );
}
