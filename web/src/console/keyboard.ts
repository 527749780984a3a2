/** Keys that work anywhere on a page. */
import { useEffect, useRef, useState } from "react";

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (TYPING.has(target.tagName) || target.isContentEditable);
}

/** Runs `act` when a single key is pressed while nobody is typing. */
export function useKey(key: string, act: () => void): void {
  useListener((event) => {
    if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    act();
  });
}

// A dialog that can be saved stands above the page that opened it: the newest hears the key.
const savers: symbol[] = [];

/**
 * Runs `act` on Ctrl-S or Command-S instead of the browser's own saving: once however long the key is
 * held, never while the last saving is under way (`isBusy`), and not at all while `act` is null.
 */
export function useSave(act: (() => void) | null, isBusy = false): void {
  const [own] = useState(() => Symbol("saver"));
  const isActive = act !== null;
  useEffect(() => {
    if (!isActive) return undefined;
    savers.push(own);
    return () => { savers.splice(savers.indexOf(own), 1); };
  }, [isActive, own]);
  useListener((event) => {
    if (act === null || event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat && !isBusy && savers.at(-1) === own) act();
  });
}

function useListener(listen: (event: KeyboardEvent) => void): void {
  const latest = useRef(listen);
  useEffect(() => {
    latest.current = listen;
  });
  useEffect(() => {
    const heard = (event: KeyboardEvent) => { latest.current(event); };
    window.addEventListener("keydown", heard);
    return () => { window.removeEventListener("keydown", heard); };
  }, []);
}
