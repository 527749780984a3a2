/** The words of a refusal in the language of the reader, by its code. */
import { useTranslation } from "react-i18next";
import { Refusal } from "./api/refusal";

/** Returns a function that says a refusal; a code without a text of ours falls back to the server's own sentence. */
export function useRefusalText(): (refusal: Refusal) => string {
  // Fetched when a refusal may be shown; until then the server speaks for itself.
  const { t, i18n } = useTranslation("refusals", { useSuspense: false });
  return (refusal) => {
    if (!i18n.exists(refusal.code, { ns: "refusals" })) return refusal.message;
    return t(refusal.code, { ...refusal.facts });
  };
}

/** One item of a batch that was refused, as an answer tells it. */
export interface ItemRefused {
  code?: string | null;
  reason?: string | null;
  facts?: Readonly<Record<string, unknown>> | null;
}

/** Returns the refusal of one item of a batch, to be said like any other. */
export function refusalOfItem({ code, reason, facts }: ItemRefused): Refusal {
  return new Refusal(409, { code: code ?? "platform.unexpected", detail: reason ?? "", facts: facts ?? {} });
}
