/** Light and dark: one set of tokens, contrast of WCAG AA in both. */
import { theme, type ThemeConfig } from "antd";
import { useSyncExternalStore } from "react";
import { type Look, chosenLook, keepLook } from "./chosenLook";

export type { Look };

const listeners = new Set<() => void>();

let look: Look = chosenLook();

/** Shows everything in light or dark from now on. */
export function chooseLook(next: Look): void {
  look = next;
  keepLook(next);
  listeners.forEach((listener) => { listener(); });
}

/** Returns the look that is on. */
export function useLook(): Look {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => look,
  );
}

// What the library draws of the same seeds falls short of 4.5:1 here and there; these are the ones
// that do, found by axe on every page in both looks.
const LIGHT: ThemeConfig = {
  algorithm: theme.defaultAlgorithm,
  token: {
    colorPrimary: "#0958d9",
    colorLink: "#0958d9",
    colorInfo: "#0958d9",
    colorInfoBg: "#e6f4ff",
    colorSuccess: "#237804",
    colorSuccessBg: "#f6ffed",
    colorSuccessBorder: "#b7eb8f",
    colorWarning: "#874d00",
    colorWarningBg: "#fffbe6",
    colorWarningBorder: "#ffe58f",
    colorError: "#cf1322",
    colorErrorBg: "#fff2f0",
    colorTextDescription: "rgba(0,0,0,0.62)",
    colorTextTertiary: "rgba(0,0,0,0.62)",
    colorTextPlaceholder: "rgba(0,0,0,0.58)",
  },
};
const DARK: ThemeConfig = {
  algorithm: theme.darkAlgorithm,
  token: {
    colorPrimary: "#3c89e8",
    colorLink: "#65a9f3",
    colorInfo: "#78b4f5",
    colorSuccess: "#5bcf23",
    colorWarning: "#d89614",
    colorError: "#ff8584",
    colorErrorText: "#ff8584",
    colorTextDescription: "rgba(255,255,255,0.68)",
    colorTextTertiary: "rgba(255,255,255,0.65)",
    colorTextPlaceholder: "rgba(255,255,255,0.58)",
  },
  components: {
    Button: { dangerColor: "#141414" },
    Menu: { itemSelectedColor: "#ffffff" },
    Tabs: { itemSelectedColor: "#78b4f5", itemHoverColor: "#78b4f5", inkBarColor: "#78b4f5" },
  },
};
const FONT = '-apple-system, "Segoe UI", "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

/** Returns the tokens of a look. */
export function tokensOf(wanted: Look): ThemeConfig {
  const chosen = wanted === "dark" ? DARK : LIGHT;
  return { ...chosen, token: { ...chosen.token, borderRadius: 6, fontFamily: FONT } };
}
