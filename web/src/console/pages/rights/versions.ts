/** Which version of a text is in effect; pure. */
interface Version {
  purpose: string;
  effective_from: string;
}

/** Returns the version of each purpose that is in effect at an instant, if one is. */
export function inEffect<One extends Version>(versions: readonly One[], now: number): ReadonlySet<One> {
  const newest = new Map<string, One>();
  for (const one of versions) {
    const from = Date.parse(one.effective_from);
    const known = newest.get(one.purpose);
    if (from <= now && (known === undefined || Date.parse(known.effective_from) <= from)) newest.set(one.purpose, one);
  }
  return new Set(newest.values());
}
