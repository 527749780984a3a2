import { useBrand } from "@console/brand";
import { useWords } from "@console/words";
import { useSession } from "@shared/session";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

const WORD = "brands";
const ALL = "all";

interface Wanted {
  /** What a list asks for: the brand of the address, or nothing for every brand one sees. */
  of: { brand?: string };
  isAll: boolean;
  nameOf: (code: string) => string;
}

/** Returns whose things a list shows; the address says when it is those of every brand. */
export function useOfBrand(): Wanted {
  const { code } = useBrand();
  const { brands } = useSession();
  const [query] = useSearchParams();
  const isAll = query.get(WORD) === ALL;
  return { of: isAll ? {} : { brand: code }, isAll, nameOf: (wanted) => brands.find((one) => one.code === wanted)?.name ?? wanted };
}

/** Chooses between the brand of the address and all brands; nothing to choose for who sees one. */
export function OfBrand() {
  const { t } = useTranslation("console");
  const { name } = useBrand();
  const { brands } = useSession();
  const [query, say] = useWords();
  if (brands.length < 2) return null;
  return (
    <Segmented
      aria-label={t("brand")}
      value={query.get(WORD) === ALL ? ALL : ""}
      options={[{ value: "", label: name }, { value: ALL, label: t("allBrands") }]}
      onChange={(chosen) => { say({ [WORD]: chosen }); }}
    />
  );
}
