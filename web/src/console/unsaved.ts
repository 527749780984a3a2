/** What was typed and not saved yet: asked about before a step in the app, or a closed tab, loses it. */
import { createContext, useCallback, useContext, useEffect, useRef } from "react";

export interface Place {
  pathname: string;
  search: string;
  state: unknown;
}

/**
 * Tells whether a step of the address loses what is edited: every other page, query and state does,
 * except for the words of the query that the editor itself turns, such as a tab of it.
 */
export function loses(turns: readonly string[], from: Place, to: Place): boolean {
  if (from.pathname !== to.pathname || JSON.stringify(from.state ?? null) !== JSON.stringify(to.state ?? null)) return true;
  const before = new URLSearchParams(from.search);
  const after = new URLSearchParams(to.search);
  const words = new Set([...before.keys(), ...after.keys()].filter((word) => !turns.includes(word)));
  return [...words].some((word) => before.getAll(word).join("\n") !== after.getAll(word).join("\n"));
}

export interface Guard {
  /** Holds the place until what it returns is called. */
  hold: (turns: readonly string[]) => () => void;
  /** Asks whether what is held may be lost, then acts. */
  ask: (act: () => void) => void;
  /** Acts at once where nothing is held; otherwise asks, and lets everything go. */
  askForAll: (act: () => void) => void;
}

export const GuardContext = createContext<Guard | null>(null);

/** Returns the guard of everything that is edited anywhere on the page. */
export function useGuard(): Guard {
  const guard = useContext(GuardContext);
  if (guard === null) throw new Error("Whatever can be edited is below the guard of unsaved work.");
  return guard;
}

/**
 * Asks before edits are lost, by a step in the app as by a closed tab; `turns` names the words of the
 * query that lose nothing. `leave` closes a drawer after asking, `release` lets go what was taken over.
 */
export function useUnsaved(isDirty: boolean, turns: readonly string[] = []) {
  const guard = useGuard();
  const held = useRef<(() => void) | null>(null);
  const said = turns.join(" ");
  const release = useCallback(() => {
    held.current?.();
    held.current = null;
  }, []);
  useEffect(() => {
    if (!isDirty) return undefined;
    held.current = guard.hold(said === "" ? [] : said.split(" "));
    return release;
  }, [isDirty, guard, said, release]);
  const leave = (act: () => void) => {
    if (held.current === null) {
      act();
      return;
    }
    guard.ask(() => {
      release();
      act();
    });
  };
  return { leave, release };
}
