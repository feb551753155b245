import type { OpenStream } from './kinds.ts';
import type { Run } from './run.ts';

/** Warns of what was noted of the records of a stream that was read to its end; once, though a stream may be read for several children. */
export function tellRemarks({ log, shared }: Run, { name, remarks }: OpenStream): void {
  for (const remark of remarks?.() ?? []) {
    const warning = `Stream ${name}: ${remark}`;
    shared.once(`remark ${warning}`, () => log.warn(warning));
  }
}
