import { repr } from '../lang/text.ts';
import { HostMapping, type Value } from '../lang/values.ts';
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
    const own = ownProperty(this.cursorSlice, key) ?? ownProperty(this.partition, key);
    return own as Value | undefined;
  }

  keys(): Iterable<string> {
    return new Set([...Object.keys(this.partition), ...Object.keys(this.cursorSlice)]);
  }

  override attribute(name: string): Value | undefined {
    if (name === 'partition') return this.partition as Value;
    if (name === 'cursor_slice') return this.cursorSlice as Value;
    return name === 'extra_fields' ? (this.extraFields as Value) : undefined;
  }

  override repr(): string {
    return repr({ ...this.partition, ...this.cursorSlice } as Value);
  }
}
