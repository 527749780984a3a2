import { expect, it } from "vitest";
import { said } from "./words";

it("keeps what is not spoken of, and takes out what is empty or not there", () => {
  const before = new URLSearchParams("state=ended&kind=copy&due=soon&text=a");
  expect(said(before, { state: "waiting", kind: null, due: undefined, text: "" }).toString()).toBe("state=waiting");
  expect(said(before, { request: "rig_1" }).get("state")).toBe("ended");
  expect(before.get("kind")).toBe("copy");
});
