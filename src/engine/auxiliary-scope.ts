import { createFinalStateCursor } from './final-state-cursor.ts';
import type { StreamScope } from './kinds.ts';
import type { Purpose } from './observer.ts';
import type { Run } from './run.ts';

/** The scope of a retriever that reads something beside the records of a stream, such as a schema: no cursor, no partitions, no transformations. */
export function auxiliaryScope(run: Run, name: string, purpose?: Purpose): StreamScope {
  return {
    name,
    primaryKey: [],
    cursor: createFinalStateCursor(() => run.clock.now()),
    incremental: undefined,
    hasState: false,
    slicing: { contribute() {} },
    router: undefined,
    transformations: [],
    schema: async () => ({}),
    fileUploader: undefined,
    purpose,
  };
}
