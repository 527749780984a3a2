/** What a domain declares of its pages; `pages/<domain>/pages.ts` exports a list of them. */
import type { Permission } from "@shared/session";
import type { ComponentType } from "react";

export type MenuGroup = "work" | "customers" | "understand" | "programme" | "data" | "system";

export interface ConsolePage {
  /** Below the brand, in React Router's form: `customers/:customerId`. */
  path: string;
  /** The text of the menu, as `console:pages.key`: the shell needs those of all pages at once. */
  title: string;
  /** Namespaces of texts that the page needs. */
  texts: readonly string[];
  /** Where the menu lists it; null for pages that are reached from others. */
  menu: { group: MenuGroup; order: number; icon: ComponentType } | null;
  /** What the caller has to hold; any one of several is enough. */
  permissions: readonly Permission[];
  load: () => Promise<{ default: ComponentType }>;
}

const found = import.meta.glob<{ pages: readonly ConsolePage[] }>("./pages/*/pages.ts", { eager: true });

export const PAGES: readonly ConsolePage[] = Object.values(found).flatMap((module) => module.pages);

/** Tells whether somebody who holds these permissions may open a page. */
export function mayOpen(page: ConsolePage, held: readonly Permission[]): boolean {
  return page.permissions.length === 0 || page.permissions.some((one) => held.includes(one));
}
