import type { FileReference } from '../protocol/messages.ts';
import type { Row } from './kinds.ts';

const references = new WeakMap<Row, FileReference>();

/** Notes the file that belongs to a record. */
export function setFileReference(record: Row, file: FileReference): void {
  references.set(record, file);
}

/** The file that belongs to a record; undefined when none was stored. */
export function fileReferenceOf(record: Row): FileReference | undefined {
  return references.get(record);
}
