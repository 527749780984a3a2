import { useBrand } from "@console/brand";
import { api } from "@shared/api/client";
import { useMay } from "@shared/session";

/** Asks the figures how many members have each tier; undefined where they cannot be asked. */
export function useMembersByTier(): ReadonlyMap<string, number> | undefined {
  const { code: brand } = useBrand();
  const may = useMay();
  const asked = { params: { path: { brand }, query: { metric: ["members"], by: ["tier"] } } };
  const figures = api.useQuery("get", "/v1/brands/{brand}/figures", asked, { enabled: may("metrics.read"), retry: false });
  if (figures.data === undefined) return undefined;
  return new Map(figures.data.rows.map((row) => [String(row.by.tier), row.figures.members?.value ?? 0]));
}
