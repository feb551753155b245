import { repr } from '../lang/text.ts';
import { HostMapping, type Value } from '../lang/values.ts';
import { ownProperty } from '../lib/objects.ts';
import type { HttpHeaders } from './http.ts';
import type { Row } from './kinds.ts';
import type { StreamSlice } from './stream-slice.ts';

export { StreamSlice } from './stream-slice.ts';

/** A record as templates see it: its fields, and whence it came. parity: sources/types.py:Record */
export class StreamRecord extends HostMapping {
  readonly typeName = 'Record';
  readonly data: Row;
  readonly streamName: string;
  readonly slice: StreamSlice | undefined;

  constructor(data: Row, streamName: string, slice?: StreamSlice) {
    super();
    this.data = data;
    this.streamName = streamName;
    this.slice = slice;
  }

  get(key: string): Value | undefined {
    return ownProperty(this.data, key) as Value | undefined;
  }

  keys(): Iterable<string> {
    return Object.keys(this.data);
  }

  override attribute(name: string): Value | undefined {
    if (name === 'data') return this.data as Value;
    if (name === 'stream_name') return this.streamName;
    return name === 'associated_slice' ? (this.slice ?? null) : undefined;
  }

  override repr(): string {
    return repr(this.data as Value);
  }
}

/** Response headers as templates see them: looked up in any case, with further values over them. parity: requests.structures.CaseInsensitiveDict */
export class Headers extends HostMapping {
  readonly typeName = 'CaseInsensitiveDict';
  readonly #byName: Map<string, readonly [string, Value]>;

  constructor(entries: Iterable<readonly [string, Value]>) {
    super();
    this.#byName = new Map([...entries].map(([name, value]) => [name.toLowerCase(), [name, value]]));
  }

  /** The headers of a response. */
  static of(headers: HttpHeaders): Headers {
    return new Headers(headers.entries());
  }

  get(key: string): Value | undefined {
    return this.#byName.get(key.toLowerCase())?.[1];
  }

  keys(): Iterable<string> {
    return [...this.#byName.values()].map(([name]) => name);
  }

  override repr(): string {
    return repr(Object.fromEntries(this.#byName.values()));
  }
}
