const START = /^https?:\/\/[^/?#\\\s]+(?=[/?#]|$)/i;
/** More hosts than one run asks; beyond them all are forgotten. */
const MOST_KNOWN = 1000;
const known = new Map<string, URL>();

/** The URL of a text up to its path, which is only read anew for another host; undefined when the text is none. */
export function originOf(text: string): URL | undefined {
  const [start] = START.exec(text) ?? [];
  if (start === undefined) return URL.canParse(text) ? new URL(text) : undefined;
  const found = known.get(start);
  if (found !== undefined) return found;
  if (!URL.canParse(start)) return undefined;
  if (known.size >= MOST_KNOWN) known.clear();
  const url = new URL(start);
  known.set(start, url);
  return url;
}
