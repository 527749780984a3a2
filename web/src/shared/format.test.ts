import { describe, expect, it } from "vitest";
import { count, duration, lastDayOf, money, movement, percent, shortMoney } from "./format";

describe("money", () => {
  it("is whole fen shown as yuan", () => {
    expect(money(104_880, "zh-CN")).toBe("¥1,048.80");
    expect(money(-5, "zh-CN")).toBe("-¥0.05");
    expect(money(null)).toBe("—");
  });

  it("never loses a fen, however large it is", () => {
    expect(money(9_007_199_254_740_991, "en-US")).toBe("¥90,071,992,547,409.91");
  });

  it("is shortened in the words of the language", () => {
    expect(shortMoney(2_843_120_000, "zh-CN")).toBe("¥2,843.12\u4e07");
    expect(shortMoney(2_843_120_000, "en-US")).toBe("¥28.43M");
    expect(shortMoney(99_900, "zh-CN")).toBe("¥999.00");
  });
});

it("shows points that came with a plus", () => {
  expect(movement(120, "en-US")).toBe("+120");
  expect(movement(-30, "en-US")).toBe("-30");
  expect(movement(0, "en-US")).toBe("0");
});

describe("the last day of what ends", () => {
  it("is the day before the midnight at which it is over, in the zone of the brand", () => {
    expect(lastDayOf("2026-12-31T16:00:00Z", "Asia/Shanghai")).toBe("2026-12-31");
    expect(lastDayOf("2027-01-01T00:00:00Z", "UTC")).toBe("2026-12-31");
    expect(lastDayOf("2027-01-01T00:00:00+08:00", "America/New_York")).toBe("2026-12-31");
  });

  it("is the day itself when it ends in the middle of it", () => {
    expect(lastDayOf("2026-12-31T04:00:00Z", "Asia/Shanghai")).toBe("2026-12-31");
    expect(lastDayOf("2026-12-31T23:00:00Z", "Asia/Shanghai")).toBe("2027-01-01");
  });

  it("is nothing without an end", () => {
    expect(lastDayOf(null, "Asia/Shanghai")).toBe("—");
  });
});

it("shows counts and shares", () => {
  expect(count(1_469_307, "zh-CN")).toBe("1,469,307");
  expect(percent(0.4231, "en-US")).toBe("42.3%");
});

it("shows how long something took", () => {
  expect(duration(412, "en-US")).toBe("412 ms");
  expect(duration(75_400, "en-US")).toBe("1 min 15 s");
  expect(duration(75_400, "zh-CN")).toBe("1 \u5206 15 \u79d2");
});
