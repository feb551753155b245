import { nearestName } from '../lib/nearest-name.ts';
import { ownProperty } from '../lib/objects.ts';
import type { Batch, OpenStream, Row } from './kinds.ts';
import { isRow } from './require-row.ts';
import type { Run } from './run.ts';

/** Records of a stream that are looked at: if none of them has a field, the manifest most likely misspells it. */
const LOOKED_AT = 20;

/** Looks whether the first records of a stream have the fields that the manifest names. */
export interface FieldWatch {
  /** Takes the records of a batch, the first of which are looked at; those of later batches are not. */
  look(batch: Batch): void;
}

/** Watches the primary key and the cursor field of a stream, and warns of those that no record has. */
export function createFieldWatch(run: Run, { name, cursor, primaryKey = [] }: OpenStream): FieldWatch {
  let isDone = false;

  function tell(records: readonly Row[]): void {
    const [first] = records;
    if (first === undefined) return;
    const lacksAll = (field: string): boolean => records.every((record) => ownProperty(record, field) === undefined);
    const missing = primaryKey.filter(lacksAll);
    const count = records.length === 1 ? 'the first record does not have' : `none of the first ${records.length} records has`;
    if (missing.length > 0)
      run.log.warn(
        `Stream ${name}: ${count} ${quoted(missing)}, ${missing.length < primaryKey.length ? 'a part of ' : ''}its primary_key, by which destinations tell records apart. ${advice(missing, first)}`,
      );
    const fields = typeof cursor.reads === 'string' ? [] : cursor.reads.filter(lacksAll);
    for (const field of fields) {
      run.shared.once(missingCursorKey(name), () =>
        run.log.warn(
          `Stream ${name}: ${count} "${field}", its cursor_field, so that the state does not move and each sync reads the same. ${advice([field], first)}`,
        ),
      );
    }
  }

  return {
    look(batch) {
      if (isDone || batch.count === 0) return;
      isDone = true;
      const records = batch.sample?.(LOOKED_AT) ?? batch.records.slice(0, LOOKED_AT);
      if (records.every(isRow)) tell(records);
    },
  };
}

/** Under what it is noted that records of a stream lack the cursor field, so that it is told once. */
export function missingCursorKey(streamName: string): string {
  return `missing cursor of ${streamName}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** The fields that there are, and those that may be meant. */
function advice(missing: readonly string[], record: Row): string {
  const fields = Object.keys(record);
  const near = missing.flatMap((name) => nearestName(name, fields) ?? []);
  return `The fields are ${fields.join(', ')}${near.length === 0 ? '.' : `; did you mean ${near.join(', ')}?`}`;
}
