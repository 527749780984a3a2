/** Options of `api.useInfiniteQuery` for the lists of our interface, which come by cursor. */
export const BY_CURSOR = {
  pageParamName: "cursor",
  // The client sends 0 for a first page that is undefined, and nothing for null.
  initialPageParam: null as string | null,
  getNextPageParam: (page: { next_cursor?: string | null }) => page.next_cursor ?? undefined,
} as const;
