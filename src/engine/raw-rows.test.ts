import { describe, expect, it } from 'vitest';
import { comparePages } from '../testing/compare-pages.ts';

describe('records that are copied', () => {
  it('are those that parsing gives, for any document, whole and in pieces', () => {
    const { copied, left } = comparePages(1, 4_000);
    expect(copied).toBeGreaterThan(2_000);
    expect(left).toBeLessThan(1_000);
  });

  // A key that comes twice and is null the second time: the record must not keep the first value.
  it.each([772])('are right for the document of seed %i', (seed) => {
    expect(comparePages(seed, 1).copied).toBe(1);
  });
});
