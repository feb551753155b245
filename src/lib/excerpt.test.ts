import { expect, it } from 'vitest';
import { excerptOf } from './excerpt.ts';

const redact = (text: string): string => text.replaceAll('s3cret', '****');

it('cuts no secret in two', () => {
  for (let length = 1; length < 14; length += 1) expect(excerptOf('before s3cret after', length, redact)).not.toMatch(/s3|cret/);
  expect(excerptOf('before s3cret', 9, redact)).toBe('before **...');
  expect(excerptOf('a s3cret', 20, redact)).toBe('a ****');
});

it('looks at the beginning of a huge text only', () => {
  expect(excerptOf('x'.repeat(10_000_000), 3, (text) => text.slice(0, 300_000))).toBe('xxx...');
});
