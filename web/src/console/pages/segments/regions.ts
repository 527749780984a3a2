/** The condition of who is in these of the compared segments and in none of the others. */
import type { Document } from "@console/parts/condition";

export function conditionOfRegion(inside: readonly string[], compared: readonly string[]): Document {
  const outside = compared.filter((code) => !inside.includes(code));
  const named = inside.map((segment) => ({ segment }));
  if (outside.length === 0) return { all: named };
  return { all: [...named, { not: { any: outside.map((segment) => ({ segment })) } }] };
}
