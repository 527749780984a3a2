/** Gives the focus back to what opened a drawer or a dialog that is gone. */
const KEPT_MAX = 30;
const OVERLAYS = ".ant-drawer, .ant-modal-root";

interface Held {
  element: HTMLElement;
  isOverlaid: boolean;
}

/**
 * Watches the page from now on. A drawer that is taken away while it is open cannot give the focus back
 * itself, and whoever works by keyboard would begin at the top of the page again.
 */
export function giveFocusBack(page: Document): void {
  let held: Held[] = [];
  page.addEventListener("focusin", ({ target: element }) => {
    if (!(element instanceof HTMLElement)) return;
    const others = held.filter((one) => one.element !== element);
    held = [...others, { element, isOverlaid: element.closest(OVERLAYS) !== null }].slice(-KEPT_MAX);
  });
  // Drawers and dialogs hang directly below the body.
  new MutationObserver(() => {
    const last = held.at(-1);
    if (page.activeElement !== page.body || last?.isOverlaid !== true || last.element.isConnected) return;
    held = held.filter(({ element }) => element.isConnected);
    held.filter(({ element }) => element.getClientRects().length > 0).at(-1)?.element.focus();
  }).observe(page.body, { childList: true });
}
