/** Keys that work anywhere on a page. */
import { useEffect, useRef } from "react";

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

/** Runs `act` on Ctrl-S or Command-S instead of the browser's own saving. */
export function useSave(act: () => void): void {
  useListener((event) => {
    if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    act();
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
