/** The words of a refusal in the language of the reader, by its code. */
import { useTranslation } from "react-i18next";
import type { Refusal } from "./api/refusal";

/** Returns a function that says a refusal; a code without a text of ours falls back to the server's own sentence. */
export function useRefusalText(): (refusal: Refusal) => string {
  // Fetched when a refusal may be shown; until then the server speaks for itself.
  const { t, i18n } = useTranslation("refusals", { useSuspense: false });
  return (refusal) => {
    if (!i18n.exists(refusal.code, { ns: "refusals" })) return refusal.message;
    return t(refusal.code, { ...refusal.facts });
  };
}
