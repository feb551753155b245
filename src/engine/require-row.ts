import { Float, type Json } from '../lib/json.ts';
import { SystemError } from '../protocol/failure.ts';
import type { Row } from './kinds.ts';

/** Whether what an extractor gave is a record. */
export function isRow(record: Json | undefined): record is Row {
  return typeof record === 'object' && record !== null && !Array.isArray(record) && !(record instanceof Float);
}

/** What an extractor gave, as a record; throws SystemError when it is no object, which says nothing of its content. */
// parity: extractors/record_selector.py:RecordSelector._normalize_by_schema
export function requireRow(record: Json): Row {
  if (isRow(record)) return record;
  throw notRow(record);
}

/** The error of what is no record. */
export function notRow(record: Json): SystemError {
  const type = record === null ? 'null' : Array.isArray(record) ? 'a list' : `a ${typeof record}`;
  return new SystemError(`A record must be an object, but the extractor gave ${type}: let its field_path point to the objects.`);
}
