/** Light or dark, as this browser was set to; nothing of a library in it. */
export type Look = "light" | "dark";
/** What somebody wishes: a look, or whatever the device has. */
export type WishedLook = Look | "device";

const KEPT = "huitong.look";
const DARK = "(prefers-color-scheme: dark)";

/** Returns what this browser was set to; as the device has it when nothing was chosen. */
export function wishedLook(): WishedLook {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "device";
}

/** Returns the look that was chosen, else the one of the system. */
export function chosenLook(): Look {
  const wished = wishedLook();
  if (wished !== "device") return wished;
  return window.matchMedia(DARK).matches ? "dark" : "light";
}

/** Keeps a look for the next visits. */
export function keepLook(look: WishedLook): void {
  if (look === "device") localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, look);
}

/** Calls back whenever the device turns light or dark. */
export function onDeviceLook(changed: () => void): void {
  window.matchMedia(DARK).addEventListener("change", changed);
}
