/** Rows of stores and staff from a sheet: what the columns may be called, and what each row says. */
import type { Schemas } from "@shared/api/client";
import type { Refusal } from "@shared/api/refusal";
import { refusalOfItem } from "@shared/refusalText";
import { records } from "./csv";
import { STORE_KINDS, type Rows } from "./words";

type StoreIn = Schemas["StoreIn"];
type StaffIn = Schemas["StaffIn"];

/** The columns of a sheet in the order of the template; people may use either language's name. */
export const storeTexts = ["code", "name", "kind", "brands", "operator", "hierarchy", "region", "valid_from"] as const;
export const staffTexts = ["code", "name", "store", "valid_from"] as const;
export type Column = (typeof storeTexts)[number] | (typeof staffTexts)[number];

/** Returns the rows of a sheet by column, whatever language its first line speaks. */
export function rowsOf(text: string, columns: readonly Column[], called: (column: Column) => readonly string[]): Record<string, string>[] {
  const names = Object.fromEntries(columns.flatMap((column) => [column, ...called(column)].map((name) => [name.toLowerCase(), column])));
  return records(text, names);
}

export function storeRow(row: Record<string, string>, kindOf: (said: string) => string): StoreIn {
  const said = kindOf(row.kind ?? "");
  const from = row.valid_from || null;
  return {
    code: row.code ?? "",
    name: row.name || (row.code ?? ""),
    kind: STORE_KINDS.find((kind) => kind === said) ?? "direct",
    brands: (row.brands ?? "").split(/[\s|/\u3001\uff0c,]+/u).filter(Boolean),
    operator: row.operator ? { code: row.operator, valid_from: from } : null,
    regions: row.region ? [{ within: row.hierarchy ?? "", code: row.region, valid_from: from }] : [],
    units: [],
  };
}

export function staffRow(row: Record<string, string>): StaffIn {
  return {
    code: row.code ?? "",
    name: row.name || null,
    store: row.store ? { code: row.store, valid_from: row.valid_from || null } : null,
    until: null,
  };
}

/** Returns why the one row of a form was refused, as a refusal that pages can show. */
export function rowRefusal(told: Rows): Refusal | null {
  const row = told.items[0];
  return row?.state === "refused" ? refusalOfItem({ ...row, code: row.refusal }) : null;
}
