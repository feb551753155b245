import { describe, expect, it } from 'vitest';
import { testRun } from '../testing/build-from-yaml.ts';
import { createPageGuard } from './page-guard.ts';

function guard(): { check: (token: string | number | undefined, body: string) => void; warnings: string[]; sawNoRecords: () => void } {
  const warnings: string[] = [];
  const inner = createPageGuard('items', { ...testRun().log, warn: (message) => void warnings.push(String(message)) });
  return { check: (token, body) => inner.check(token, [Buffer.from(body)]), warnings, sawNoRecords: () => inner.sawNoRecords() };
}

describe('createPageGuard', () => {
  it('refuses a token that gave the same page before, naming both pages', () => {
    const { check } = guard();
    check(undefined, 'a');
    check('t', 'b');
    check('u', 'c');
    expect(() => check('t', 'b')).toThrow("Stream items: page token 't' was used before (page 4, first on page 2)");
  });

  it('tells tokens of different types apart', () => {
    const { check } = guard();
    check('1', 'a');
    expect(() => check(1, 'a')).not.toThrow();
  });

  it('lets a token give another page each time', () => {
    const { check, warnings } = guard();
    for (let page = 0; page < 50; page += 1) check('scroll', `page ${page}`);
    expect(warnings).toEqual([]);
  });

  it('warns once of identical pages and refuses the eleventh in a row', () => {
    const { check, warnings } = guard();
    for (let page = 1; page < 11; page += 1) check(page, 'same');
    expect(warnings).toHaveLength(1);
    expect(() => check(11, 'same')).toThrow('the last 11 pages are identical');
  });

  it('begins to count anew after a page without records', () => {
    const { check, warnings, sawNoRecords } = guard();
    for (let page = 1; page < 30; page += 1) {
      check(page, '{"items": []}');
      sawNoRecords();
    }
    expect(warnings).toEqual([]);
  });

  it('tells large pages apart by both ends and their length', () => {
    const { check } = guard();
    const large = 'x'.repeat(300_000);
    check('t', `a${large}`);
    check('t', `b${large}`);
    check('t', `${large}a`);
    check('t', `a${large}y`);
    expect(() => check('t', `a${large}y`)).toThrow('page token');
  });
});
