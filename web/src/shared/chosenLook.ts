/** Light or dark, as this browser was set to; nothing of a library in it. */
export type Look = "light" | "dark";

const KEPT = "huitong.look";

/** Returns the look that was chosen, else the one of the system. */
export function chosenLook(): Look {
  const kept = localStorage.getItem(KEPT);
  if (kept === "light" || kept === "dark") return kept;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Keeps a look for the next visits. */
export function keepLook(look: Look): void {
  localStorage.setItem(KEPT, look);
}
