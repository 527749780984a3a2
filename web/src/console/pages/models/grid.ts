/** The grid of RFM as two of its three axes, and what a rectangle of it means as a condition. */
export type Axis = "recency" | "frequency" | "monetary";
export const SCORES = [1, 2, 3, 4, 5] as const;

export interface Cell {
  recency: number;
  frequency: number;
  monetary: number;
  customers: number;
  amount_minor: number;
}

export interface Summed {
  customers: number;
  amount_minor: number;
}

/** A rectangle: both ends of each range belong to it. */
export interface Rectangle {
  rows: readonly [number, number];
  columns: readonly [number, number];
}

const FIELDS: Readonly<Record<Axis, string>> = { recency: "r", frequency: "f", monetary: "m" };
const NOTHING: Summed = { customers: 0, amount_minor: 0 };

export function plus(one: Summed, other: Summed): Summed {
  return { customers: one.customers + other.customers, amount_minor: one.amount_minor + other.amount_minor };
}

/** Returns what lies in a rectangle, over all scores of the third axis. */
export function within(cells: readonly Cell[], rows: Axis, columns: Axis, area: Rectangle): Summed {
  return cells
    .filter((cell) => holds(area.rows, cell[rows]) && holds(area.columns, cell[columns]))
    .reduce<Summed>(plus, NOTHING);
}

export function at(row: number, column: number): Rectangle {
  return { rows: [row, row], columns: [column, column] };
}

/** Returns the rectangle between two corners, whichever they are. */
export function between(one: Rectangle, other: Rectangle): Rectangle {
  return {
    rows: [Math.min(one.rows[0], other.rows[0]), Math.max(one.rows[1], other.rows[1])],
    columns: [Math.min(one.columns[0], other.columns[0]), Math.max(one.columns[1], other.columns[1])],
  };
}

export function holds(range: readonly [number, number], score: number): boolean {
  return range[0] <= score && score <= range[1];
}

/** Returns who lies in a rectangle, as a condition; an axis that is taken whole is not asked for. */
export function conditionOf(model: string, rows: Axis, columns: Axis, area: Rectangle) {
  const asked = [[rows, area.rows], [columns, area.columns]] as const;
  const parts: { field: string; in?: string[]; is_known?: boolean }[] = asked
    .filter(([, [low, high]]) => low > 1 || high < SCORES.length)
    .map(([axis, range]) => ({ field: fieldOf(model, axis), in: SCORES.filter((score) => holds(range, score)).map(String) }));
  return { all: parts.length > 0 ? parts : [{ field: fieldOf(model, rows), is_known: true }] };
}

function fieldOf(model: string, axis: Axis): string {
  return `models.${model}_${FIELDS[axis]}`;
}

/** How strongly a cell is coloured, from 0 to 100; a square root, as a few cells hold most people. */
export function heat(value: number, most: number): number {
  return most <= 0 || value <= 0 ? 0 : Math.round(8 + 72 * Math.sqrt(value / most));
}
