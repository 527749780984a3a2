/** Where somebody is on the page of a customer: the part, the order beside it, what is filtered. */

/** Returns the address after a change; an order that is not named again is closed, all else stays. */
export function placed(before: URLSearchParams, changes: Readonly<Record<string, string>>): URLSearchParams {
  const after = new URLSearchParams(before);
  after.delete("order");
  for (const [name, value] of Object.entries(changes)) after.set(name, value);
  return after;
}
