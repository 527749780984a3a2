/** Where somebody is sent after they signed in: a page of this console, never another site. */

const HOME = "/console";

/** Returns the page below the console that `to` names, or null when it leads anywhere else. */
export function placeOf(to: string | null, origin: string): string | null {
  if (to === null || !to.startsWith("/") || /[\\\s]/.test(to)) return null;
  let place: URL;
  try {
    place = new URL(to, origin);
  } catch {
    return null;
  }
  const inside = place.pathname === HOME || place.pathname.startsWith(`${HOME}/`);
  if (place.origin !== origin || !inside) return null;
  const rest = place.pathname.slice(HOME.length);
  return rest.startsWith("//") ? null : `${rest || "/"}${place.search}${place.hash}`;
}
