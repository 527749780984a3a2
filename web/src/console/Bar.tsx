import { LogoutOutlined, MoonOutlined, SearchOutlined, SunOutlined, TranslationOutlined, UserOutlined } from "@ant-design/icons";
import { api, queries } from "@shared/api/client";
import { LANGUAGE_NAMES, type Language, chooseLanguage } from "@shared/i18n";
import { chooseLook, useLook } from "@shared/look";
import { useSession } from "@shared/session";
import { Button, Dropdown, Flex, Input, type InputRef, Layout, Select, Tooltip } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useAddress, useBrand } from "./brand";
import { useKey } from "./keyboard";
import { useGuard } from "./unsaved";

/** The top of the console: brand, search, language, look and the person who is signed in. */
export function Bar() {
  const { t } = useTranslation("console");
  return (
    <Layout.Header className="bar">
      <a className="skip" href="#content">{t("skip")}</a>
      <Flex gap="middle" align="center" justify="space-between">
        <Flex gap="middle" align="center" className="grow">
          <Brands />
          <Search />
        </Flex>
        <Flex gap="small" align="center">
          <Words />
          <LookSwitch />
          <Person />
        </Flex>
      </Flex>
    </Layout.Header>
  );
}

function Brands() {
  const { t } = useTranslation("console");
  const { brands, group_name: group } = useSession();
  const { code } = useBrand();
  const navigate = useNavigate();
  return (
    <Select
      aria-label={t("brand")}
      title={group}
      value={code}
      popupMatchSelectWidth={false}
      options={brands.map((brand) => ({ value: brand.code, label: brand.name }))}
      onChange={(chosen: string) => void navigate(`/${encodeURIComponent(chosen)}`)}
    />
  );
}

/** The box behind “/”: what is typed goes to the customers page, which knows what it is. */
function Search() {
  const { t } = useTranslation("console");
  const [typed, setTyped] = useState("");
  const box = useRef<InputRef>(null);
  const navigate = useNavigate();
  const at = useAddress();
  useKey("/", () => box.current?.focus());
  return (
    <Input
      ref={box}
      className="search"
      prefix={<SearchOutlined aria-hidden />}
      suffix={<kbd>/</kbd>}
      aria-label={t("search")}
      placeholder={t("searchHint")}
      value={typed}
      allowClear
      onChange={(event) => { setTyped(event.target.value); }}
      onPressEnter={() => {
        const wanted = typed.trim();
        if (wanted !== "") void navigate(at("customers"), { state: { find: wanted } });
      }}
    />
  );
}

function Words() {
  const { t, i18n } = useTranslation("console");
  const next: Language = i18n.language === "zh-CN" ? "en-US" : "zh-CN";
  return (
    <Tooltip title={t("language")}>
      <Button type="text" icon={<TranslationOutlined />} aria-label={`${LANGUAGE_NAMES[next]} · ${t("language")}`} onClick={() => void chooseLanguage(next)}>
        {LANGUAGE_NAMES[next]}
      </Button>
    </Tooltip>
  );
}

function LookSwitch() {
  const { t } = useTranslation("console");
  const dark = useLook() === "dark";
  const label = dark ? t("light") : t("dark");
  return (
    <Tooltip title={label}>
      <Button
        type="text"
        aria-label={label}
        icon={dark ? <SunOutlined /> : <MoonOutlined />}
        onClick={() => { chooseLook(dark ? "light" : "dark"); }}
      />
    </Tooltip>
  );
}

function Person() {
  const { t } = useTranslation("console");
  const { user } = useSession();
  const navigate = useNavigate();
  const at = useAddress();
  const { askForAll } = useGuard();
  const leave = api.useMutation("delete", "/v1/session", {
    onSettled: () => {
      queries.clear();
      window.location.assign("/console/");
    },
  });
  const items = [
    { key: "account", icon: <UserOutlined />, label: t("account"), onClick: () => void navigate(at("account")) },
    { key: "leave", icon: <LogoutOutlined />, label: t("signOut"), onClick: () => { askForAll(() => { leave.mutate({}); }); } },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button type="text" icon={<UserOutlined />} loading={leave.isPending}>{user.shown_name}</Button>
    </Dropdown>
  );
}
