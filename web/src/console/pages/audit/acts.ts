/** The names of acts in the language of the reader, as the server knows them. */
import { api } from "@shared/api/client";
import type { Schemas } from "@shared/api/client";
import { useTranslation } from "react-i18next";

export type Act = Schemas["ActOut"];

const KEPT_MS = 3_600_000;

export function useActNames(): { list: readonly Act[]; name: (act: string) => string } {
  const { i18n } = useTranslation();
  const found = api.useQuery("get", "/v1/audit/acts", {}, { staleTime: KEPT_MS });
  const list = found.data?.items ?? [];
  const chinese = i18n.language === "zh-CN";
  return {
    list,
    name: (act) => {
      const known = list.find((one) => one.act === act);
      if (known === undefined) return act;
      return chinese ? known.chinese : known.english;
    },
  };
}
