/** What a browser says of itself, as short as people read it. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/wxwork\//, "WeCom"],
  [/MicroMessenger\//, "WeChat"],
  [/Edg\//, "Edge"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** Returns “Chrome · Windows”, what of it is known, or null. */
export function deviceOf(agent: string): string | null {
  const found = [BROWSERS, SYSTEMS].flatMap((list) => list.find(([pattern]) => pattern.test(agent))?.[1] ?? []);
  return found.length > 0 ? found.join(" · ") : agent.split(/[\s/]/)[0] || null;
}
