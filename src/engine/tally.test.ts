import { expect, it } from 'vitest';
import { createTally, explainFruitless, type Tally } from './tally.ts';

const explain = (slices: number, tally?: Partial<Tally>, more: { parents?: readonly string[]; future?: string } = {}) =>
  explainFruitless({
    name: 'users',
    slices,
    tally: tally && { ...createTally(), ...tally },
    parents: more.parents ?? [],
    future: more.future,
  });

it.each<[string, ReturnType<typeof explain>, boolean, string]>([
  ['a future start', explain(0, {}, { future: '2999-01-01' }), true, 'what it reads begins at 2999-01-01, which lies in the future'],
  ['nothing left', explain(0, {}), false, 'there is nothing left to read after its state.'],
  [
    'no parents',
    explain(0, {}, { parents: ['teams', 'regions'] }),
    false,
    'its parent streams teams and regions gave nothing to read it by.',
  ],
  ['ignored responses', explain(2, {}), false, '2 slices brought no response that was looked into.'],
  ['empty responses', explain(1, { responses: 3 }), false, '3 responses held none.'],
  [
    'a wrong path',
    explain(1, { responses: 1, missing: 'It has "a".' }),
    true,
    '1 response held none where its extractor looks: It has "a".',
  ],
  [
    'a window',
    explain(1, { responses: 1, selected: 4, outside: 4 }),
    false,
    'of 4 records in 1 response, 4 lie outside of what this sync reads.',
  ],
  [
    'a filter',
    explain(1, { responses: 2, selected: 4, outside: 1, filtered: 3 }),
    true,
    'of 4 records in 2 responses, 1 lie outside of what this sync reads and 3 are refused by the record_filter.',
  ],
  ['something else', explain(1, { responses: 1, selected: 1 }), false, 'of 1 record in 1 response, none is left.'],
])('explains %s', (_what, { isSuspicious, text }, expected, words) => {
  expect(isSuspicious).toBe(expected);
  expect(text).toContain(`Stream users gave no records: ${words}`);
});
