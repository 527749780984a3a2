/** The words of an address, behind its question mark: what a page filters by, has open, has picked. */
import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** Words to write, by name; one that is empty or not there is taken out of the address. */
export type Said = Readonly<Record<string, string | null | undefined>>;

/** Returns the words of the address after some were said. */
export function said(before: URLSearchParams, words: Said): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(words)) {
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
}

/** Reads the words of the address, and says others in their place: going back leaves the page. */
export function useWords(): [URLSearchParams, (words: Said) => void] {
  const [query, setQuery] = useSearchParams();
  const say = useCallback((words: Said) => { setQuery((before) => said(before, words), { replace: true }); }, [setQuery]);
  return [query, say];
}
