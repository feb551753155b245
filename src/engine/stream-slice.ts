import { equals } from '../lang/operators.ts';
import { repr } from '../lang/text.ts';
import { HostMapping, isDict, type Value } from '../lang/values.ts';
import type { JsonObject } from '../lib/json.ts';
import { ownProperty } from '../lib/objects.ts';

/**
 * The part of a stream that one partition reads: what the routers gave, what the cursor gave, and what only the run itself needs.
 * Templates see the keys of the first two together. parity: sources/types.py:StreamSlice
 */
export class StreamSlice extends HostMapping {
  readonly typeName = 'StreamSlice';
  /** The keys of the partition routers, which name the partition in states. */
  readonly partition: JsonObject;
  /** The keys of the cursor, such as `start_time` and `end_time`. */
  readonly cursorSlice: JsonObject;
  /** Values that templates and parents may read but states never hold. */
  readonly extraFields: JsonObject;

  constructor(partition: JsonObject = {}, cursorSlice: JsonObject = {}, extraFields: JsonObject = {}) {
    super();
    this.partition = partition;
    this.cursorSlice = cursorSlice;
    this.extraFields = extraFields;
  }

  get(key: string): Value | undefined {
    return ownProperty(Object.hasOwn(this.cursorSlice, key) ? this.cursorSlice : this.partition, key) as Value | undefined;
  }

  keys(): Iterable<string> {
    return new Set([...Object.keys(this.partition), ...Object.keys(this.cursorSlice)]);
  }

  override attribute(name: string): Value | undefined {
    if (name === 'partition' || name === '_partition') return this.partition as Value;
    if (name === 'cursor_slice' || name === '_cursor_slice') return this.cursorSlice as Value;
    return name === 'extra_fields' || name === '_extra_fields' ? (this.extraFields as Value) : undefined;
  }

  override repr(): string {
    return repr(this.#keysAndValues());
  }

  override truth(): boolean {
    return super.truth() || Object.keys(this.extraFields).length > 0;
  }

  override equals(other: Value): boolean {
    if (other instanceof StreamSlice) {
      return equals(this.partition as Value, other.partition as Value) && equals(this.cursorSlice as Value, other.cursorSlice as Value);
    }
    return isDict(other) && equals(this.#keysAndValues(), other);
  }

  #keysAndValues(): Value {
    return { ...this.partition, ...this.cursorSlice } as Value;
  }
}
