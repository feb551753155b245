/** Response headers: looked up in any case, repeated ones joined by `, `, names kept as they were sent first. */
export class HttpHeaders {
  /** Every header line as it came: name, value, name, value ... */
  readonly raw: readonly string[];

  constructor(raw: readonly string[]) {
    this.raw = raw;
  }

  /** Headers of plain pairs. */
  static from(entries: Iterable<readonly [string, string]>): HttpHeaders {
    return new HttpHeaders([...entries].flat());
  }

  get(name: string): string | undefined {
    const values = this.getAll(name);
    return values.length > 1 ? values.join(', ') : values[0];
  }

  has(name: string): boolean {
    return this.getAll(name).length > 0;
  }

  /** The value of every line of a header; for those that may not be joined, such as Set-Cookie. */
  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let i = 0; i + 1 < this.raw.length; i += 2) {
      const candidate = this.raw[i] as string;
      if (candidate.length === lower.length && candidate.toLowerCase() === lower) values.push(this.raw[i + 1] as string);
    }
    return values;
  }

  // parity: urllib3._collections.HTTPHeaderDict
  /** Names as sent first with their joined values, in the order sent. */
  entries(): [name: string, value: string][] {
    const byName = new Map<string, [string, string]>();
    for (let i = 0; i + 1 < this.raw.length; i += 2) {
      const [name, value] = [this.raw[i] as string, this.raw[i + 1] as string];
      const known = byName.get(name.toLowerCase());
      if (known) known[1] = `${known[1]}, ${value}`;
      else byName.set(name.toLowerCase(), [name, value]);
    }
    return [...byName.values()];
  }

  /** The entries as an object. */
  toObject(): Record<string, string> {
    return Object.fromEntries(this.entries());
  }
}
