import { type Session, useSession } from "@shared/session";
import { Layout, Menu, Result } from "antd";
import { Suspense, lazy, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, Outlet, Route, Routes, useLocation, useParams } from "react-router";
import { Bar } from "./Bar";
import { useBrand } from "./brand";
import { Busy } from "./parts/Busy";
import { Loading } from "./parts/Loading";
import { NoPermission } from "./parts/NoPermission";
import { Stumbled } from "./parts/Stumbled";
import { type ConsolePage, type MenuGroup, PAGES, mayOpen } from "./page";

const GROUPS: readonly MenuGroup[] = ["work", "customers", "understand", "programme", "data", "system"];
const VIEWS = new Map(PAGES.map((page) => [page, lazy(page.load)]));

/** The frame of every page: menu, bar, and the page that the address names. */
export function Shell() {
  const { brands } = useSession();
  const first = brands[0];
  const { t } = useTranslation("console");
  if (first === undefined) return <Result status="info" title={t("noBrand")} subTitle={t("noBrandHint")} />;
  return (
    <Routes>
      <Route path="/:brand" element={<Frame />}>
        {PAGES.map((page) => (
          <Route key={page.path} path={page.path} element={<Opened page={page} />} />
        ))}
        <Route index element={<First />} />
        <Route path="*" element={<NotFound />} />
      </Route>
      <Route path="*" element={<Navigate to={`/${encodeURIComponent(first.code)}`} replace />} />
    </Routes>
  );
}

function Frame() {
  const { brand } = useParams();
  const { brands } = useSession();
  const { pathname } = useLocation();
  if (!brands.some((one) => one.code === brand)) return <NotFound />;
  return (
    <Layout className="frame" hasSider>
      <Layout.Sider className="side" theme="light" width={208} breakpoint="lg" collapsible>
        <Sections />
      </Layout.Sider>
      <Layout>
        <Bar />
        <Busy />
        <Layout.Content className="content" id="content" tabIndex={-1}>
          <Stumbled key={pathname}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </Stumbled>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

/** The menu, with the pages that the caller may open. */
function Sections() {
  const { permissions } = useSession();
  const { code } = useBrand();
  const { pathname } = useLocation();
  const { t } = useTranslation("console");
  const items = useMemo(
    () =>
      GROUPS.flatMap((group) => {
        const pages = listed(group, permissions);
        if (pages.length === 0) return [];
        const children = pages.map((page) => ({
          key: page.path,
          icon: <page.menu.icon />,
          label: <Link to={`/${encodeURIComponent(code)}/${page.path}`}>{t(page.title)}</Link>,
        }));
        return [{ key: group, type: "group" as const, label: t(`groups.${group}`), children }];
      }),
    [permissions, code, t],
  );
  const here = pathname.split("/").slice(2).join("/");
  const open = PAGES.filter((page) => page.menu !== null && `${here}/`.startsWith(`${page.path}/`));
  const selected = open.sort((one, other) => other.path.length - one.path.length).slice(0, 1);
  const chosen = selected[0]?.path;
  const menu = useRef<HTMLElement>(null);
  // The menu is longer than most screens: where somebody is, is to be seen in it.
  useEffect(() => {
    menu.current?.querySelector(".ant-menu-item-selected")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <nav ref={menu} aria-label={t("menu")}>
      <Link className="brandmark" to={`/${encodeURIComponent(code)}`}>
        <span aria-hidden>{"\u4f1a\u901a"}</span>
        <span className="latin">Huitong</span>
      </Link>
      <Menu mode="inline" items={items} selectedKeys={selected.map((page) => page.path)} />
    </nav>
  );
}

function listed(group: MenuGroup, held: Session["permissions"]) {
  return PAGES.flatMap((page) =>
    page.menu !== null && page.menu.group === group && mayOpen(page, held) ? [{ ...page, menu: page.menu }] : [],
  ).sort((one, other) => one.menu.order - other.menu.order);
}

function Opened({ page }: { page: ConsolePage }) {
  const { permissions } = useSession();
  useTranslation([...page.texts]);
  const View = VIEWS.get(page);
  if (!mayOpen(page, permissions)) return <NoPermission permissions={page.permissions} />;
  return View === undefined ? null : <View />;
}

/** The first page of the menu that the caller may open. */
function First() {
  const { permissions } = useSession();
  const { code } = useBrand();
  const { t } = useTranslation("console");
  const page = GROUPS.flatMap((group) => listed(group, permissions))[0];
  if (page === undefined) return <Result status="403" title={t("nothingToOpen")} subTitle={t("nothingToOpenHint")} />;
  return <Navigate to={`/${encodeURIComponent(code)}/${page.path}`} replace />;
}

function NotFound() {
  const { t } = useTranslation("console");
  return (
    <Result status="404" title={t("notFound")} subTitle={t("notFoundHint")} extra={<Link to="/">{t("toStart")}</Link>} />
  );
}
