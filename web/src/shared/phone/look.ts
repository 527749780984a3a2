/** The look of an app of a phone: an attribute of the page, by which the library picks its colours. */
import { type WishedLook, chosenLook, keepLook, onDeviceLook } from "../chosenLook";

/** Shows the page as this phone was set to, and follows the phone where nothing was chosen. */
export function wearLook(): void {
  wear();
  onDeviceLook(wear);
}

/** Shows everything in light or dark from now on, or as the phone has it. */
export function chooseLook(wished: WishedLook): void {
  keepLook(wished);
  wear();
}

function wear(): void {
  document.documentElement.dataset.prefersColorScheme = chosenLook();
}
