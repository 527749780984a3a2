import { PlusOutlined } from "@ant-design/icons";
import { api } from "@shared/api/client";
import { instant } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Input, Select, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { BY_CURSOR, DataTable } from "../../parts/DataTable";
import { Empty } from "../../parts/Empty";
import { Page } from "../../parts/Page";
import { UserActions } from "./UserActions";
import { UserDrawer } from "./UserDrawer";
import { WhereText } from "./WhereText";
import { type User, useNamed, useRoles } from "./words";

const NEW = "new";
const STATES = ["open", "locked"] as const;

/** Who signs in at the console, with which roles and where. */
export default function Users() {
  const { t } = useTranslation("access");
  const may = useMay();
  const say = useNamed();
  const [query, setQuery] = useSearchParams();
  const [text, role, state, open] = ["text", "role", "state", "user"].map((name) => query.get(name) ?? "");
  const roles = useRoles();
  const named = new Map(roles.data?.items.map((one) => [one.code, say(one)]));
  const listing = api.useInfiniteQuery(
    "get",
    "/v1/users",
    {
      params: {
        query: {
          limit: 50,
          ...(text ? { text } : {}),
          ...(role ? { role } : {}),
          ...(state ? { locked: state === "locked" } : {}),
        },
      },
    },
    BY_CURSOR,
  );
  const put = (name: string, value: string | undefined) => {
    setQuery((before) => {
      const after = new URLSearchParams(before);
      if (value) after.set(name, value);
      else after.delete(name);
      return after;
    });
  };
  const filtered = Boolean(text || role || state);
  const add = (
    <Button
      type="primary"
      icon={<PlusOutlined />}
      disabled={!may("users.write")}
      title={may("users.write") ? undefined : t("users.mayNot")}
      onClick={() => { put("user", NEW); }}
    >
      {t("users.add")}
    </Button>
  );
  return (
    <Page title={t("users.title")} hint={t("users.hint")} actions={add}>
      <Flex gap="small" wrap role="search">
        <Input.Search
          key={text}
          allowClear
          className="narrow"
          defaultValue={text}
          aria-label={t("users.find")}
          placeholder={t("users.find")}
          onSearch={(typed) => { put("text", typed.trim()); }}
        />
        <Select
          allowClear
          popupMatchSelectWidth={false}
          aria-label={t("users.roles")}
          placeholder={t("users.anyRole")}
          value={role || undefined}
          options={roles.data?.items.map((one) => ({ value: one.code, label: say(one) })) ?? []}
          onChange={(chosen: string | undefined) => { put("role", chosen); }}
        />
        <Select
          allowClear
          popupMatchSelectWidth={false}
          aria-label={t("users.state")}
          placeholder={t("users.anyState")}
          value={state || undefined}
          options={STATES.map((one) => ({ value: one, label: t(`users.states.${one}`) }))}
          onChange={(chosen: string | undefined) => { put("state", chosen); }}
        />
      </Flex>
      <DataTable<User>
        label={t("users.title")}
        listing={listing}
        rowKey="id"
        empty={filtered ? <Empty title={t("users.noneFits")} action={<Button onClick={() => { setQuery({}); }}>{t("users.clear")}</Button>} /> : <Empty hint={t("users.none")} action={add} />}
        columns={[
          { title: t("users.name"), dataIndex: "name" },
          { title: t("users.shownName"), dataIndex: "shown_name" },
          { title: t("users.roles"), render: (_, user) => user.roles.length === 0 ? t("users.noRole") : (
            <Flex gap="small" wrap>{user.roles.map((code) => <Tag key={code}>{named.get(code) ?? code}</Tag>)}</Flex>
          ) },
          { title: t("where.title"), render: (_, user) => <WhereText where={user.where} /> },
          { title: t("users.state"), render: (_, user) => <States user={user} /> },
          { title: t("users.signedInAt"), render: (_, user) => user.signed_in_at ? instant(user.signed_in_at) : t("users.never") },
          { title: t("users.actions"), render: (_, user) => <UserActions user={user} onEdit={() => { put("user", user.id); }} /> },
        ]}
      />
      {open && <UserDrawer key={open} userId={open === NEW ? null : open} onClose={() => { put("user", undefined); }} />}
    </Page>
  );
}

function States({ user }: { user: User }) {
  const { t } = useTranslation("access");
  return (
    <Flex gap="small" wrap>
      {user.locked_at !== null && <Tag color="error">{t("users.states.locked")}</Tag>}
      {user.must_change_password && <Tag color="warning">{t("users.mustChange")}</Tag>}
      {user.second_factor && <Tag color="success">{t("factor.title")}</Tag>}
      {user.locked_at === null && !user.must_change_password && !user.second_factor && <Tag>{t("users.states.open")}</Tag>}
    </Flex>
  );
}
