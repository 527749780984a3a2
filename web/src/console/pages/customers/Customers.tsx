import { useBrand } from "@console/brand";
import { BY_CURSOR, DataTable } from "@console/parts/DataTable";
import { Empty } from "@console/parts/Empty";
import { Page } from "@console/parts/Page";
import { Why } from "@console/parts/Why";
import { api } from "@shared/api/client";
import { count } from "@shared/format";
import { useMay } from "@shared/session";
import { Button, Flex, Select, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { Bulk } from "./Bulk";
import { FilterDrawer } from "./FilterDrawer";
import { Found } from "./Found";
import { useColumns } from "./columns";
import { type Filter, SORTS, readFilter, writeFilter } from "./filter";
import "./customers.css";

const PAGE_ROWS = 50;

/** The customers of the brand: found by what somebody typed, or listed by a filter. */
export default function Customers() {
  const { t } = useTranslation("customers");
  const location = useLocation();
  const navigate = useNavigate();
  const find = typedIn(location.state);
  if (find !== null) {
    return (
      <Page title={t("found")} hint={t("foundHint", { text: find })}>
        <Found key={find} text={find} onLeave={() => void navigate(".", { state: null })} />
      </Page>
    );
  }
  return <List />;
}

function List() {
  const { t } = useTranslation("customers");
  const { code: brand } = useBrand();
  const may = useMay();
  const [query, setQuery] = useSearchParams();
  const [isOpen, setIsOpen] = useState(false);
  const filter = readFilter(query);
  const columns = useColumns();
  const put = (next: Filter) => { setQuery(writeFilter(next)); };
  const { condition, segment, sort } = filter;
  const listing = api.useInfiniteQuery(
    "post", "/v1/brands/{brand}/customers/search",
    { params: { path: { brand }, query: { limit: PAGE_ROWS } }, body: { condition, segment, sort } },
    BY_CURSOR,
  );
  const first = listing.data?.pages[0];
  const isFiltered = condition !== null || segment !== null;
  return (
    <Page title={t("title")} hint={t("hint")} actions={<Bulk brand={brand} filter={filter} held={first?.count ?? null} />}>
      <Flex gap="small" wrap align="center">
        <Button type={isFiltered ? "primary" : "default"} disabled={!may("segments.read")} onClick={() => { setIsOpen(true); }}>
          {isFiltered ? t("changeFilter") : t("filter")}
        </Button>
        <Select
          aria-label={t("sort")}
          value={sort}
          popupMatchSelectWidth={false}
          options={SORTS.map((one) => ({ value: one, label: t(`sorts.${one}`) }))}
          onChange={(chosen: Filter["sort"]) => { put({ ...filter, sort: chosen }); }}
        />
        {segment !== null && <Tag closable onClose={() => { put({ ...filter, segment: null }); }}>{t("inSegment", { segment })}</Tag>}
        {condition !== null && <Tag closable onClose={() => { put({ ...filter, condition: null }); }}>{t("byCondition")}</Tag>}
        {first !== undefined && (
          <Typography.Text role="status">
            {first.count === null ? t("someShown") : t("total", { count: first.count, shown: count(first.count) })}
            {" "}
            {first.sorted_by !== sort && <Why explanation={t("notSortedWhy")}>{t("notSorted")}</Why>}
          </Typography.Text>
        )}
      </Flex>
      <DataTable
        label={t("title")}
        listing={listing}
        rowKey="id"
        columns={columns}
        empty={<Empty title={isFiltered ? t("nobodyMeets") : t("nobody")} hint={isFiltered ? t("nobodyMeetsHint") : t("nobodyHint")} />}
      />
      {isOpen && (
        <FilterDrawer
          brand={brand}
          condition={condition}
          onClose={() => { setIsOpen(false); }}
          onTake={(taken) => { setIsOpen(false); put({ ...filter, condition: taken }); }}
        />
      )}
    </Page>
  );
}

/** Reads what the box at the top handed over: it stays out of the address, which is written to logs. */
function typedIn(state: unknown): string | null {
  if (typeof state !== "object" || state === null || !("find" in state)) return null;
  return typeof state.find === "string" ? state.find : null;
}
