import type { Schemas } from "@shared/api/client";
import { count } from "@shared/format";

const WIDTH = 96;
const HEIGHT = 24;
const EDGE = 2;

/** A small line of how large a segment was; the figures stand in the table of its page. */
export function Trend({ sizes, label }: { sizes: readonly Schemas["SegmentDayOut"][]; label: string }) {
  const days = [...sizes].reverse();
  if (days.length < 2) return <span className="muted">—</span>;
  const values = days.map((day) => day.customers);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const points = values.map((value, place) => {
    const x = EDGE + ((WIDTH - 2 * EDGE) * place) / (values.length - 1);
    const y = HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - low)) / (high - low || 1);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg className="trend" viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} width={WIDTH} height={HEIGHT} role="img" aria-label={`${label}: ${count(values[0])} → ${count(values.at(-1))}`}>
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
