import { describe, expect, it } from "vitest";
import { textOf } from "./textOf";

const SHOP = "\u897f\u6e56\u5e97";

describe("a text file", () => {
  it("is read as UTF-8, with its mark left out", async () => {
    expect(await textOf(new Blob([`\uFEFF${SHOP}`]))).toBe(SHOP);
  });
  it("is read as Excel in China saves it", async () => {
    const saved = Uint8Array.from([0xce, 0xf7, 0xba, 0xfe, 0xb5, 0xea, 0x2c, 0x31]);
    expect(await textOf(new Blob([saved]))).toBe(`${SHOP},1`);
  });
  it("keeps the signs that only GB 18030 has", async () => {
    const saved = Uint8Array.from([0x82, 0x35, 0x96, 0x33, 0xb5, 0xea]);
    expect((await textOf(new Blob([saved]))).endsWith("\u5e97")).toBe(true);
  });
});
