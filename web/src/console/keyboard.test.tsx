import { act } from "react";
import { createRoot } from "react-dom/client";
import { beforeAll, describe, expect, it } from "vitest";
import { useSave } from "./keyboard";

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
    const both = (isOpen: boolean) => <><Saver saved={saved} name="dialog" isOpen={isOpen} /><Saver saved={saved} name="page" /></>;
    act(() => { root.render(both(false)); });
    press();
    act(() => { root.render(both(true)); });
    press();
    act(() => { root.render(both(false)); });
    press();
    expect(saved).toEqual(["page", "dialog", "page"]);
    act(() => { root.unmount(); });
  });
});
