import { describe, expect, it } from 'vitest';
import { StateError } from '../../engine/state-error.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { PythonError } from '../../lang/index.ts';
import type { Json } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const YAML = `
type: IncrementingCountCursor
cursor_field: id
start_value: "{{ config['first'] }}"
`;

async function read(state: { id: Json } | undefined, values: readonly Json[], first: Json = 5) {
  const cursor = buildFromYaml('incrementalSync', YAML, { config: { first } }).open(state);
  const [slice] = (await Array.fromAsync(cursor.slices())) as [StreamSlice];
  for (const id of values) cursor.observe({ id }, slice);
  const changed = cursor.close(slice);
  return { start: slice.cursorSlice['start'], changed, state: cursor.state() };
}

describe('IncrementingCountCursor', () => {
  it('begins at its start and keeps the greatest number', async () => {
    expect(await read(undefined, [7, 9, 8, null])).toEqual({ start: 5, changed: true, state: { id: 9 } });
  });

  it('begins at the state unless that is below the start', async () => {
    expect((await read({ id: 12 }, [])).start).toBe(12);
    expect((await read({ id: 3 }, [])).start).toBe(5);
  });

  it('stays where it was without records', async () => {
    expect(await read({ id: 12 }, [])).toEqual({ start: 12, changed: false, state: { id: 12 } });
  });

  it('keeps numbers beyond 2^53', async () => {
    expect((await read(undefined, [9007199254740993n, 9007199254740995n])).state).toEqual({ id: 9007199254740995n });
  });

  it('refuses texts in states and in records', async () => {
    await expect(read({ id: '8' }, [])).rejects.toThrow(StateError);
    await expect(read({ id: '8' }, [])).rejects.toThrow('"id" is "8", but the cursor needs a number');
    await expect(read(undefined, [6, '9'])).rejects.toThrow(PythonError);
  });

  it.each(['', null])('takes %j in a state for none', async (id) => {
    expect(await read({ id }, [])).toMatchObject({ start: 5, state: { id: 5 } });
    const sync = buildFromYaml('incrementalSync', YAML, { config: { first: 5 } });
    expect([sync.lacksValue({ id }), sync.lacksValue({ id: 0 }), sync.normalise(id)]).toEqual([true, false, undefined]);
  });

  it('needs a whole number to start at', async () => {
    expect((await read(undefined, [], '7')).start).toBe(7);
    await expect(read(undefined, [], 'seven')).rejects.toThrow('whole number');
  });
});
