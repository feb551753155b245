import { expect, it } from 'vitest';
import { heldBytes } from './held-bytes.ts';
import { parseJson } from './json.ts';

it('counts texts wherever they stand, and something for everything else', () => {
  const text = 'x'.repeat(1000);
  for (const value of [text, [text], { a: { b: [text] } }]) {
    expect(heldBytes(value)).toBeGreaterThanOrEqual(1000);
    expect(heldBytes(value)).toBeLessThan(1200);
  }
  for (const json of ['null', '1', '1.0', '123456789012345678901', 'true', '[]', '{}'])
    expect(heldBytes(parseJson(`[[${json}]]`))).toBeGreaterThan(heldBytes([[]]));
  expect(heldBytes(Array.from({ length: 1000 }, () => ({})))).toBeGreaterThan(30_000);
});
