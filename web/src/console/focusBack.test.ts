import { expect, it, vi } from "vitest";
import { giveFocusBack } from "./focusBack";

it("gives the focus back to what opened a drawer that is taken away", async () => {
  document.body.innerHTML = "<button id='opener'></button><button id='other'></button>";
  vi.spyOn(HTMLElement.prototype, "getClientRects").mockReturnValue([{}] as unknown as DOMRectList);
  giveFocusBack(document);
  document.getElementById("other")?.focus();
  document.getElementById("opener")?.focus();
  const place = document.createElement("div");
  place.innerHTML = "<div class='ant-drawer'><input></div>";
  document.body.append(place);
  place.querySelector("input")?.focus();
  place.querySelector("input")?.blur();
  place.remove();
  await vi.waitFor(() => { expect(document.activeElement?.id).toBe("opener"); });
});

it("leaves the focus alone when something else goes", async () => {
  document.body.innerHTML = "<button id='opener'></button><p id='toast'></p>";
  document.getElementById("opener")?.focus();
  document.getElementById("opener")?.blur();
  document.getElementById("toast")?.remove();
  await Promise.resolve();
  expect(document.activeElement).toBe(document.body);
});
