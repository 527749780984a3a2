import { useTranslation } from "react-i18next";
import type { Where } from "./words";

const PARTS = ["operators", "regions", "stores", "staff"] as const;
const NAMED_MAX = 3;

/** A data scope in words: which brands, and what of them. */
export function WhereText({ where }: { where: Where }) {
  const { t } = useTranslation("access");
  const say = (codes: readonly string[]) =>
    codes.length > NAMED_MAX ? t("where.andMore", { some: codes.slice(0, NAMED_MAX).join(", "), count: codes.length }) : codes.join(", ");
  const brands = where.brands === null || where.brands === undefined ? t("where.everyBrand") : t("where.brandsAre", { codes: say(where.brands) });
  const parts = PARTS.flatMap((part) => {
    const codes = where[part] ?? [];
    return codes.length === 0 ? [] : [t(`where.${part}Are`, { codes: say(codes) })];
  });
  return <span>{[brands, ...parts].join(" · ")}</span>;
}
