/** Where the form of somebody and what somebody else saved meanwhile are not the same. */

/** A field in words: what it holds, one entry or several, and how each of them is called. */
export interface Field<Values> {
  label: string;
  holds: (values: Partial<Values>) => readonly string[];
  say?: (entry: string) => string;
}

export interface Difference {
  label: string;
  /** What only the other one has there, and what only the editor has. */
  theirs: readonly string[];
  mine: readonly string[];
}

/** Returns the fields that differ, with what only one side holds; the order of entries says nothing. */
export function differing<Values>(fields: readonly Field<Values>[], theirs: Partial<Values>, mine: Partial<Values>): Difference[] {
  return fields.flatMap(({ label, holds, say = String }) => {
    const [there, here] = [holds(theirs), holds(mine)];
    const only = (some: readonly string[], others: readonly string[]) => some.filter((one) => !others.includes(one)).map(say);
    const found = { label, theirs: only(there, here), mine: only(here, there) };
    return found.theirs.length + found.mine.length === 0 ? [] : [found];
  });
}

/** Returns what a field of one text holds. */
export function text(value: string | null | undefined): string[] {
  return value === null || value === undefined || value === "" ? [] : [value];
}
