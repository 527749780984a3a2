import { useAddress, useBrand } from "@console/brand";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Refused } from "@console/parts/Refused";
import { api } from "@shared/api/client";
import { Refusal } from "@shared/api/refusal";
import { instant } from "@shared/format";
import { useMay, useSession } from "@shared/session";
import { Alert, Button, Flex, Skeleton } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Attention } from "./Attention";
import { CoreFigures } from "./CoreFigures";
import { type Told, lastSold, monthsOf, toldOf } from "./months";
import { Members, Trend } from "./Sales";
import "./home.css";

// Nearly every brand sold something lately; who did not is looked for further back.
const YEARS_AT_FIRST = 1;
const YEARS_AT_MOST = 12;
const NOW = ["net_sales", "sales", "orders", "members", "new_members", "active_members", "member_share"];
const TREND = ["net_sales", "member_sales", "orders"];

/** What somebody sees first: how the brand does, and what needs their attention. */
export default function Home() {
  const { t } = useTranslation("home");
  const { code: brand, name } = useBrand();
  const { user, narrowed } = useSession();
  const may = useMay();
  const home = api.useQuery("get", "/v1/brands/{brand}/home", { params: { path: { brand } } }, { enabled: !narrowed, retry: false });
  const seesFigures = may("metrics.read");
  const decides = home.data?.attention.some((line) => line.decides) ?? false;
  const isApproving = decides && may("programme.publish") && !may("inbox.write");
  const attention = home.data !== undefined && <Attention lines={home.data.attention} />;
  return (
    <Page title={t("welcome", { name: user.shown_name })} hint={t("hint", { brand: name })}>
      {home.error !== null && <Refused error={home.error} onRetry={() => void home.refetch()} />}
      {home.isPending && !narrowed && <Skeleton active />}
      <div className={isApproving ? "home approving" : "home"}>
        {isApproving && attention}
        {seesFigures ? <FiguresNow core={home.data?.core ?? []} /> : <Shortcuts />}
        {!isApproving && attention}
      </div>
    </Page>
  );
}

function FiguresNow({ core }: { core: Parameters<typeof CoreFigures>[0]["core"] }) {
  const { t } = useTranslation("home");
  const { code: brand } = useBrand();
  const lately = useMonths(brand, YEARS_AT_FIRST, true);
  const soldLately = lately.data === undefined ? null : lastSold(monthsOf(lately.data));
  const wantsMore = lately.data !== undefined && soldLately === null;
  const ever = useMonths(brand, YEARS_AT_MOST, wantsMore);
  const months = wantsMore ? ever : lately;
  if (months.error !== null) {
    const isEmpty = months.error instanceof Refusal && months.error.code === "platform.lake_empty";
    return isEmpty ? <Empty title={t("noLake")} hint={t("noLakeHint")} /> : <Refused error={months.error} onRetry={() => void months.refetch()} />;
  }
  if (months.data === undefined) return <Skeleton active />;
  const sold = lastSold(monthsOf(months.data));
  const month = sold ?? dayjs(months.data.as_of).format("YYYY-MM");
  return <OfMonth core={core} told={toldOf(month, months.data.as_of)} month={month} asOf={months.data.as_of} hasSales={sold !== null} />;
}

/** Asks for the orders of each month of the last years. */
function useMonths(brand: string, years: number, enabled: boolean) {
  const since = dayjs().subtract(years, "year").startOf("year").format("YYYY-MM-DD");
  return api.useQuery("get", "/v1/brands/{brand}/figures", { params: { path: { brand }, query: { metric: ["orders"], by: ["month"], since } } }, { enabled, retry: false, staleTime: 300_000 });
}

interface OfMonthProps {
  core: Parameters<typeof CoreFigures>[0]["core"];
  told: Told;
  month: string;
  asOf: string;
  hasSales: boolean;
}

function OfMonth({ core, told, month, asOf, hasSales }: OfMonthProps) {
  const { t } = useTranslation("home");
  const at = useAddress();
  const { code: brand } = useBrand();
  const place = { path: { brand } };
  const now = api.useQuery("get", "/v1/brands/{brand}/figures", { params: { ...place, query: { metric: NOW, since: told.since, until: told.until, compare: "previous" } } }, { retry: false, staleTime: 300_000 });
  const trend = api.useQuery("get", "/v1/brands/{brand}/figures", { params: { ...place, query: { metric: TREND, by: ["month"], since: told.trendSince, until: told.until } } }, { retry: false, staleTime: 300_000 });
  const stamp = t("asOf", { at: instant(asOf) });
  return (
    <Flex vertical gap="middle">
      {!hasSales && <Alert type="info" showIcon title={t("noSales")} action={<Link to={at("data/imports")}><Button size="small">{t("bringData")}</Button></Link>} />}
      {hasSales && <Alert type={told.isCurrent ? "success" : "info"} title={told.isCurrent ? t("monthSoFar", { month, asOf: stamp }) : t("earlierMonth", { month, asOf: stamp })} />}
      {now.error !== null && <Refused error={now.error} onRetry={() => void now.refetch()} />}
      <CoreFigures core={core} figures={now.data} told={told} />
      <Members figures={now.data} />
      {trend.error !== null && <Refused error={trend.error} onRetry={() => void trend.refetch()} />}
      {trend.data === undefined ? <Skeleton active /> : <Trend figures={trend.data} told={told} />}
    </Flex>
  );
}

/** Where somebody without figures goes on from. */
function Shortcuts() {
  const { t } = useTranslation("home");
  const at = useAddress();
  const may = useMay();
  const open = ([["customers.read", "customers"], ["programme.read", "programme"], ["inbox.read", "data/imports"], ["jobs.read", "jobs"]] as const).filter(([permission]) => may(permission));
  if (open.length === 0) return <Empty title={t("nothingHere")} hint={t("nothingHereHint")} />;
  return <Flex gap="small" wrap>{open.map(([permission, path]) => <Link key={permission} to={at(path)}><Button>{t(`shortcuts.${permission.split(".")[0] ?? ""}`)}</Button></Link>)}</Flex>;
}
