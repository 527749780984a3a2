import { describe, expect, it } from "vitest";
import { drawingOf } from "./drawing";
import { type Figures, changed, plotted, shown } from "./shown";

const FEN = { unit: "fen", decimals: 0 } as const;
const SHARE = { unit: "basis_points", decimals: 0 } as const;
const told = { metric: (code: string) => code, key: (_: string, key: unknown) => String(key), before: "before", unit: (unit: string) => unit };

function answer(by: string[], rows: Figures["rows"], compared: string | null = null): Figures {
  return {
    metrics: [{ code: "sales", names: { zh: "s", en: "s" }, ...FEN }], by, since: "2026-01-01", until: "2026-03-01",
    compared_since: compared, compared_until: compared, rows, labels: {}, total: null, as_of: "2026-03-01T00:00:00Z", lake_version: 1,
  };
}

const row = (by: Record<string, string>, value: number, before: number | null = null) => ({ by, figures: { sales: { value, before } } });

describe("figures", () => {
  it("are shown in the units of people", () => {
    expect(shown(FEN, 104_880, "en-US")).toBe("¥1,048.80");
    expect(shown(SHARE, 1234, "en-US")).toBe("12.34%");
    expect(shown({ unit: "pieces", decimals: 2 }, 225, "en-US")).toBe("2.25");
    expect(shown(FEN, null, "en-US")).toBe("—");
    expect(plotted(FEN, 12_345)).toBe(123.45);
  });
  it("tell a change in percent, of a share in points of a hundred", () => {
    expect(changed(FEN, { value: 2, change: 1, change_basis_points: 10_000 }, "en-US")).toBe("+100.0%");
    expect(changed(SHARE, { value: 2, change: -150, change_basis_points: 1 }, "en-US")).toBe("-1.5 pp");
  });
  it("are drawn as lines over time, beside those of before", () => {
    const drawn = drawingOf(answer(["month"], [row({ month: "2026-01" }, 100, 50), row({ month: "2026-02" }, 300, 200)], "2025-11-01"), told);
    const series = drawn?.option.series as { data: number[]; type: string }[];
    expect(series.map((one) => one.data)).toEqual([[1, 3], [0.5, 2]]);
    expect(series.every((one) => one.type === "line")).toBe(true);
  });
  it("are drawn as bars without time, the largest ones, and say what is left out", () => {
    const rows = Array.from({ length: 25 }, (_, place) => row({ store: `S${String(place)}` }, place * 100));
    const drawn = drawingOf(answer(["store"], rows), told);
    expect(drawn?.leftOut).toBe(5);
    expect((drawn?.option.series as { data: number[] }[])[0]?.data.at(-1)).toBe(24);
  });
  it("have no drawing where there is nothing to draw", () => {
    expect(drawingOf(answer([], []), told)).toBeNull();
    expect(drawingOf(answer(["month"], []), told)).toBeNull();
  });
});
