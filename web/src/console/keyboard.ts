/** Keys that work anywhere on a page. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";

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

interface Saver {
  readonly isDialog: boolean;
}

const savers: Saver[] = [];

// The newest dialog stands above all. A page whose form came after the dialog was opened stays below.
const highest = () => savers.filter((one) => one.isDialog).at(-1) ?? savers.at(-1);

/**
 * Runs `act` on Ctrl-S or Command-S instead of the browser's own saving: once however long the key is
 * held, never while the last saving is under way (`isBusy`), and not at all while `act` is null.
 */
export function useSave(act: (() => void) | null, isBusy = false): void {
  useSaver(act, isBusy, false);
}

/** As `useSave`, for what stands above a page: while it is open the page does not hear the key. */
export function useSaveInDialog(act: (() => void) | null, isBusy = false): void {
  useSaver(act, isBusy, true);
}

function useSaver(act: (() => void) | null, isBusy: boolean, isDialog: boolean): void {
  const [own] = useState<Saver>(() => ({ isDialog }));
  const isActive = act !== null;
  useEffect(() => {
    if (!isActive) return undefined;
    savers.push(own);
    return () => { savers.splice(savers.indexOf(own), 1); };
  }, [isActive, own]);
  useListener((event) => {
    if (act === null || event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat && !isBusy && highest() === own) act();
  });
}

function useListener(listen: (event: KeyboardEvent) => void): void {
  const latest = useRef(listen);
  // Before the browser draws: a key pressed on what is shown means what is shown.
  useLayoutEffect(() => {
    latest.current = listen;
  });
  useEffect(() => {
    const heard = (event: KeyboardEvent) => { latest.current(event); };
    window.addEventListener("keydown", heard);
    return () => { window.removeEventListener("keydown", heard); };
  }, []);
}
