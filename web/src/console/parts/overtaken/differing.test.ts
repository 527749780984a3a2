import { expect, test } from "vitest";
import { type Field, differing, text } from "./differing";

interface Values {
  name: string;
  roles: string[];
}

const NAMES: Record<string, string> = { analyst: "分析师", cashier: "收银员" };
const FIELDS: Field<Values>[] = [
  { label: "姓名", holds: ({ name }) => text(name) },
  { label: "角色", holds: ({ roles = [] }) => roles, say: (code) => NAMES[code] ?? code },
];

test("fields that hold the same are not told, in whatever order they hold it", () => {
  const theirs = { name: "林一", roles: ["analyst", "cashier"] };
  expect(differing(FIELDS, theirs, { name: "林一", roles: ["cashier", "analyst"] })).toEqual([]);
});

test("a field tells what only one of the two sides holds, by its name", () => {
  const theirs = { name: "林一", roles: ["analyst", "auditor"] };
  expect(differing(FIELDS, theirs, { name: "林二", roles: ["auditor", "cashier"] })).toEqual([
    { label: "姓名", theirs: ["林一"], mine: ["林二"] },
    { label: "角色", theirs: ["分析师"], mine: ["收银员"] },
  ]);
});

test("a field that one of them emptied differs", () => {
  expect(differing(FIELDS, { name: "林一" }, { name: "", roles: [] })).toEqual([{ label: "姓名", theirs: ["林一"], mine: [] }]);
});
