import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { findLeaks } from '../leaks.ts';
import { createJudge, type Judge } from './judge.ts';
import { makePlan } from './plan.ts';
import { type ChaosStream, SORTS, type StreamSort } from './streams.ts';

function streamOf(name: StreamSort['name'], count = 4): ChaosStream {
  const head = { name, sort: SORTS[name], count, filler: 0 };
  return { ...head, rows: Array.from({ length: count }, (_, index) => SORTS[name].row(head, index)), pageSize: 2, moods: 0 };
}

const windows = streamOf('windows');
const record = (row: JsonObject | undefined, name = 'windows'): string =>
  JSON.stringify({ type: 'RECORD', record: { stream: name, data: row } });
const state = (value: JsonObject, recordCount: number, name = 'windows'): string =>
  JSON.stringify({
    type: 'STATE',
    state: { stream: { stream_descriptor: { name }, stream_state: value }, sourceStats: { recordCount } },
  });
const upTo = (index: number): JsonObject => ({ updated_at: windows.rows[index]?.['updated_at'] as string });
const [a, b, c, d] = windows.rows;

function judged(...runs: readonly (readonly string[])[]): Judge {
  const judge = createJudge([windows]);
  for (const run of runs) judge.take(run);
  judge.finish();
  return judge;
}

describe('the judge', () => {
  it('finds nothing wrong when every row comes before a state that covers it, twice or not', () => {
    const judge = judged([record(a), record(b), state(upTo(1), 2), record(c)], [record(b), record(c), record(d), state(upTo(3), 3)]);
    expect(judge.problems).toEqual([]);
    expect(judge.duplicates).toBe(1);
    expect(judge.states).toEqual([{ type: 'STREAM', stream: { stream_descriptor: { name: 'windows' }, stream_state: upTo(3) } }]);
  });

  it.each<[string, string[][], RegExp]>([
    ['a row that never arrives', [[record(a), record(b), record(d), state(upTo(2), 3)]], /1 rows never arrived, the first being windows-2/],
    [
      'a row that only came after the last state of a run that was killed',
      [[record(a), record(b), record(c), state(upTo(2), 3), record(d)]],
      /windows-3/,
    ],
    ['a state that is ahead', [[record(a), state(upTo(2), 1)]], /a state is ahead of 1 rows, the first being windows-1/],
    ['a state that counts wrongly', [[record(a), state(upTo(0), 2)]], /a state counts 2 records after 1/],
    ['a row that is changed', [[record({ ...a, text: 'other' })]], /windows-0 is not as the API has it/],
    ['a row that the API does not have', [[record({ id: 'windows-9' })]], /does not have/],
    ['a line that is no message', [['{"type":"REC']], /no message/],
  ])('sees %s', (_what, runs, problem) => {
    expect(judged(...runs).problems.join('\n')).toMatch(problem);
  });

  it('sees a state of a partition that is ahead, and a common one', () => {
    const children = streamOf('children');
    const later = { updated_at: '2026-01-01T00:00:00Z' };
    const own = createJudge([children]);
    own.take([state({ states: [{ partition: { parent: 'links-1' }, cursor: later }] }, 0, 'children')]);
    expect(own.problems.join()).toMatch(/ahead of 1 rows, the first being children-1/);
    const common = createJudge([children]);
    common.take([state({ states: [], state: later }, 0, 'children')]);
    expect(common.problems.join()).toMatch(/ahead of 4 rows/);
  });

  it('sees a secret in what people read, but not in the config that is handed over', () => {
    const judge = createJudge([windows]);
    judge.checkSecrets('{"type":"CONTROL","control":"s3cret+/"}\n', '', ['s3cret+/']);
    expect(judge.problems).toEqual([]);
    judge.checkSecrets('{"type":"LOG","log":{"message":"?key=s3cret%2B%2F"}}\n', '', ['s3cret+/']);
    expect(judge.problems.join()).toMatch(/secret/);
  });
});

describe('leaks', () => {
  const secret = 'p"ss+wörd/=1';
  it.each([
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    JSON.stringify({ a: JSON.stringify({ b: secret }) }),
    Buffer.from(`user:${secret}`).toString('base64'),
    Buffer.from(`us:${secret} and more`).toString('base64url'),
    Buffer.from(secret).toString('hex'),
    'p&quot;ss+wörd/=1',
  ])('are found in %s', (text) => {
    expect(findLeaks(`before ${text} after`, [secret])).toHaveLength(1);
  });

  it('are found where a text was cut', () => {
    expect(findLeaks('token abcdefghijklm...', ['abcdefghijklmnopqrst'])).toHaveLength(1);
    expect(findLeaks('token abcdefghijk...', ['abcdefghijklmnopqrst'])).toEqual([]);
  });

  it('are not found in other text', () => {
    expect(findLeaks('p"ss+word/=1 ****', [secret])).toEqual([]);
  });
});

it('a seed always makes the same plan', () => {
  expect(makePlan(17)).toEqual(makePlan(17));
  expect(makePlan(17)).not.toEqual(makePlan(18));
});
