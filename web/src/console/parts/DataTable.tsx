import { isForbidden } from "@shared/api/refusal";
import type { InfiniteData } from "@tanstack/react-query";
import { Button, Flex, Skeleton, Table, type TableProps, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "./Empty";
import { NoPermission } from "./NoPermission";
import { Refused } from "./Refused";

interface Pages<Row> {
  items: Row[];
  next_cursor?: string | null;
}

/** What `api.useInfiniteQuery` answers, as far as a table needs it. */
export interface Listing<Row> {
  data: InfiniteData<Pages<Row>, unknown> | undefined;
  error: unknown;
  isPending: boolean;
  isFetchingNextPage: boolean;
  hasNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
  refetch: () => Promise<unknown>;
}

interface Props<Row extends object> extends Omit<TableProps<Row>, "dataSource" | "loading" | "pagination" | "title"> {
  /** What the table holds, for people who do not see it. */
  label: string;
  listing: Listing<Row>;
  /** Shown instead of rows when there are none. */
  empty?: ReactNode;
}

export { BY_CURSOR } from "@shared/api/byCursor";

/** A list of the server: loading, refused, empty and filled, with the next page behind a button. */
export function DataTable<Row extends object>({ label, listing, empty, ...table }: Props<Row>) {
  const { t } = useTranslation("common");
  if (isForbidden(listing.error)) return <NoPermission />;
  if (listing.isPending) return <Skeleton active aria-label={t("loading")} />;
  const rows = listing.data?.pages.flatMap((page) => page.items) ?? [];
  const refused = listing.error !== null && <Refused error={listing.error} onRetry={() => void listing.refetch()} />;
  // A list that could not be read is not an empty one.
  if (refused && rows.length === 0) return refused;
  return (
    <Flex vertical gap="small">
      {refused}
      <Table<Row>
        {...table}
        aria-label={label}
        dataSource={rows}
        pagination={false}
        scroll={{ x: "max-content", ...table.scroll }}
        locale={{ emptyText: empty ?? <Empty /> }}
        size={table.size ?? "middle"}
      />
      {rows.length > 0 && (
        <Flex justify="space-between" align="center">
          <Typography.Text type="secondary">{t("rowsShown", { count: rows.length })}</Typography.Text>
          {listing.hasNextPage && (
            <Button loading={listing.isFetchingNextPage} onClick={() => void listing.fetchNextPage()}>{t("more")}</Button>
          )}
        </Flex>
      )}
    </Flex>
  );
}
