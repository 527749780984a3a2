/** The brand that the address names; every page of the console is below one. */
import { useSession } from "@shared/session";
import type { Session } from "@shared/session";
import { useParams } from "react-router";

export type Brand = Session["brands"][number];

/** Returns the brand of the address. */
export function useBrand(): Brand {
  const { brand } = useParams();
  const { brands } = useSession();
  const found = brands.find((one) => one.code === brand) ?? brands[0];
  if (found === undefined) throw new Error("A page of the console is below a brand.");
  return found;
}

/** Returns the address of a page of the brand: `at("customers/cus_…")`. */
export function useAddress(): (path: string) => string {
  const { code } = useBrand();
  return (path) => `/${encodeURIComponent(code)}/${path}`;
}
