/** Remembers what `build` made of a text; starts over at `limit` entries, so that texts out of data cannot fill the memory. */
export function cached<T>(build: (text: string) => T, limit = 1000): (text: string) => T {
  const entries = new Map<string, T>();
  return (text) => {
    const known = entries.get(text);
    if (known !== undefined) return known;
    const built = build(text);
    if (entries.size >= limit) entries.clear();
    entries.set(text, built);
    return built;
  };
}
