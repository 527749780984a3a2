/** How stores and staff are named where one of them is chosen. */
export interface Named {
  code: string;
  name: string | null;
}

/** Returns name and code, or the code alone of what has no name. */
export function nameAndCode({ code, name }: Named): string {
  return name === null || name === "" || name === code ? code : `${name} (${code})`;
}

/** Returns the options of a select: what was found, then what is chosen and was not found this time. */
export function optionsOf(found: readonly Named[], chosen: readonly Named[], codes: readonly string[]): { value: string; label: string }[] {
  const known = new Map([...found, ...chosen].map((one) => [one.code, one]));
  for (const code of codes) if (!known.has(code)) known.set(code, { code, name: null });
  const listed = new Set(found.map((one) => one.code));
  return [...known.values()].filter((one) => listed.has(one.code) || codes.includes(one.code)).map((one) => ({ value: one.code, label: nameAndCode(one) }));
}
