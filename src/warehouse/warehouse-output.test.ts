import { expect, it } from 'vitest';
import type { Change, Destination, LoadedStream } from './destination.ts';
import { createWarehouseOutput } from './warehouse-output.ts';

const STREAM: LoadedStream = {
  name: 'notes',
  table: 'notes',
  schema: {},
  mode: 'merge',
  key: [['id']],
  keyForm: 'typed',
  cursorField: undefined,
  generation: 1,
  syncedAt: 0,
};

/** A destination that tells how many rows each commit brought. */
function countingDestination(): { destination: Destination; commits: number[] } {
  const commits: number[] = [];
  const destination: Destination = {
    ledger: async () => new Map(),
    begin: async () => {},
    async commit(changes: readonly Change[]) {
      commits.push(changes.reduce((sum, change) => sum + (change.kind === 'rows' ? change.rows.length : 0), 0));
      return new Map();
    },
    count: async () => 0,
    close: async () => {},
  };
  return { destination, commits };
}

it('commits when the rows hold enough bytes, wherever the large ones stand in their page', async () => {
  const { destination, commits } = countingDestination();
  const output = createWarehouseOutput({
    destination,
    streams: [{ stream: STREAM, entry: { table: 'notes', generation: 1, key: [], runs: [] }, whole: true }],
    messages: { message: () => {} },
    now: () => 0,
  });
  const writer = output.recordWriter({ name: 'notes' });
  for (let page = 0; page < 20; page++) {
    writer.write({ id: page * 2, text: 'x'.repeat(4 * 1024 * 1024) });
    writer.write({ id: page * 2 + 1, text: 's' });
    await output.drained();
  }
  await output.end();
  expect(commits).toEqual([16, 16, 8]);
});
