import { act } from "react";
import { createRoot } from "react-dom/client";
import { beforeAll, describe, expect, it } from "vitest";
import { useSave, useSaveInDialog } from "./keyboard";

interface Props {
  saved: string[];
  name: string;
  isOpen?: boolean;
  isBusy?: boolean;
}

function Saver({ saved, name, isOpen = true, isBusy = false }: Props) {
  useSave(isOpen ? () => { saved.push(name); } : null, isBusy);
  return null;
}

function Dialog({ saved }: { saved: string[] }) {
  useSaveInDialog(() => { saved.push("dialog"); });
  return null;
}

function press(repeat = false): boolean {
  const event = new KeyboardEvent("keydown", { key: "s", ctrlKey: true, cancelable: true, repeat });
  window.dispatchEvent(event);
  return event.defaultPrevented;
}

beforeAll(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
});

describe("Ctrl-S", () => {
  it("saves once however long it is held, and not while the last saving is under way", () => {
    const saved: string[] = [];
    const root = createRoot(document.createElement("div"));
    act(() => { root.render(<Saver saved={saved} name="form" />); });
    expect([press(), press(true), press(true)]).toEqual([true, true, true]);
    expect(saved).toEqual(["form"]);
    act(() => { root.render(<Saver saved={saved} name="form" isBusy />); });
    expect(press()).toBe(true);
    expect(saved).toEqual(["form"]);
    act(() => { root.unmount(); });
    expect(press()).toBe(false);
  });
  it("is heard by the dialog above the page, and by the page again once it is closed", () => {
    const saved: string[] = [];
    const root = createRoot(document.createElement("div"));
    const page = <Saver key="page" saved={saved} name="page" />;
    const dialog = <Dialog key="dialog" saved={saved} />;
    for (const shown of [[page], [page, dialog], [page]]) {
      act(() => { root.render(shown); });
      press();
    }
    expect(saved).toEqual(["page", "dialog", "page"]);
    act(() => { root.unmount(); });
  });
  it("is heard by the dialog also when the page's form comes after it", () => {
    const saved: string[] = [];
    const root = createRoot(document.createElement("div"));
    const both = (isOpen: boolean) => <><Dialog saved={saved} /><Saver saved={saved} name="page" isOpen={isOpen} /></>;
    act(() => { root.render(both(false)); });
    act(() => { root.render(both(true)); });
    press();
    expect(saved).toEqual(["dialog"]);
    act(() => { root.unmount(); });
  });
});
