import { describe, expect, it } from 'vitest';
import type { Row } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { type Step, takeSteps } from './steps.ts';

const request = { slice: new StreamSlice(), token: undefined };
const rows = (...ids: number[]): Row[] => ids.map((id) => ({ id }));

/** A step that takes rows one by one or together, by the same rule. */
function step(rule: (row: Row) => Row | null, together: boolean, traits: Partial<Step> = {}): Step {
  const all: Step['all'] = async (given) => {
    const results: (Row | null)[] = [];
    try {
      for (const row of given) results.push(rule(row));
    } catch (failure) {
      return { results, failure };
    }
    return { results };
  };
  return { filters: false, takesAnything: false, one: rule, all: together ? all : undefined, ...traits };
}

const without = (id: number) => (row: Row) => (row['id'] === id ? null : row);
const failingOn = (id: number) => (row: Row) => {
  if (row['id'] === id) throw new Error(`failed on ${id}`);
  return { ...row, seen: true };
};

describe.each([true, false])('takeSteps, taking rows together: %s', (together) => {
  it('takes each row through all steps', async () => {
    const double = (row: Row): Row => ({ id: Number(row['id']) * 2 });
    const taken = await takeSteps([step(without(2), together), step(double, together)], rows(1, 2, 3), request);
    expect(taken).toEqual({ rows: rows(2, 6), failure: undefined, dropper: undefined });
  });

  it('gives the rows before the first one that fails at any step', async () => {
    const steps = [step(failingOn(4), together), step(failingOn(3), together), step(without(1), together)];
    const taken = await takeSteps(steps, rows(1, 2, 3, 4, 5), request);
    expect(taken.rows).toEqual([{ id: 2, seen: true }]);
    expect(taken.failure).toEqual(new Error('failed on 3'));
  });

  it('does not reach a row that fails later than one before it was dropped', async () => {
    const taken = await takeSteps([step(without(2), together), step(failingOn(2), together)], rows(1, 2), request);
    expect([taken.rows, taken.failure]).toEqual([[{ id: 1, seen: true }], undefined]);
  });

  it('says which step dropped the last row, and what came to it', async () => {
    const filter = step(without(3), together, { filters: true });
    const { dropper } = await takeSteps([step((row) => ({ ...row, x: 1 }), together), filter], rows(1, 3), request);
    expect(dropper).toEqual({ step: filter, row: { id: 3, x: 1 } });
  });

  it('fails on what is no object, but in steps that take anything', async () => {
    const odd = [{ id: 1 }, 7, { id: 2 }] as unknown as Row[];
    const taken = await takeSteps([step((row) => row, together, { takesAnything: true }), step((row) => row, together)], odd, request);
    expect(taken.rows).toEqual(rows(1));
    expect(String(taken.failure)).toContain('A record must be an object');
  });
});
