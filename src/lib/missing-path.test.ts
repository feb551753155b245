import { describe, expect, it } from 'vitest';
import { explainMissing } from './missing-path.ts';

const asItIs = (text: string): string => text;

describe('explainMissing', () => {
  it.each([
    [{ users: [], total: 1 }, ['data'], 'the response has no "data" but "users", "total"'],
    [{ data: { rows: [] } }, ['data', 'items'], '"data" has no "items" but "rows"'],
    [{ data: [1, 2] }, ['data', 5], '"data" is a list of 2, without 5'],
    [{ data: [1, 2] }, ['data', 'items'], '"data" is a list of 2, without "items"'],
    [{ data: null }, ['data', 'items'], '"data" is null, without "items"'],
    [{ data: 'x' }, ['data', 'items'], '"data" is a text, without "items"'],
    [{ data: {} }, ['data', 'items'], '"data" is an empty object'],
    [{ 0: 'x' }, [0], 'the response has no 0 but "0"'],
  ])('%j at %j: %s', (document, path, reason) => {
    expect(explainMissing(document, path, asItIs)).toBe(reason);
  });

  it.each([
    [{ data: [] }, ['data']],
    [{ data: null }, ['data']],
    [{ data: [[1]] }, ['data', 0]],
    [{ data: [[1]] }, ['data', -1]],
    [{ other: 1 }, ['*', 'items']],
    [{}, ['data']],
    [{ a: 1 }, []],
  ])('says nothing of %j at %j', (document, path) => {
    expect(explainMissing(document, path, asItIs)).toBeUndefined();
  });

  it('masks a secret in a name before it is cut', () => {
    const document = { [`GET /items?key=${'s3cret-'.repeat(5)}`]: 1 };
    const masked = explainMissing(document, ['data'], (text) => text.replaceAll('s3cret-'.repeat(5), '****'));
    expect(masked).toBe('the response has no "data" but "GET /items?key=****..."');
  });

  it('shortens long names and many of them', () => {
    const document = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`.padStart(2, 'k').padEnd(60, 'x'), 1]));
    const reason = explainMissing(document, ['data'], asItIs) as string;
    expect(reason).toContain('and 8 more');
    expect(reason.length).toBeLessThan(700);
  });
});
