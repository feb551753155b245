import { describe, expect, it } from 'vitest';
import { testRun } from '../testing/build-from-yaml.ts';
import { DEFAULT_GUARDS, type Guards } from './guards.ts';
import { createBytePrint, createPageGuard } from './page-guard.ts';

function guard(
  guards: Partial<Guards> = {},
  records = 2,
): {
  check: (token: string | number | undefined, body: string) => void;
  warnings: string[];
} {
  const warnings: string[] = [];
  const log = { ...testRun().log, warn: (message: unknown) => void warnings.push(String(message)) };
  const inner = createPageGuard('items', log, { ...DEFAULT_GUARDS, ...guards });
  const check = (token: string | number | undefined, body: string): void => {
    const print = createBytePrint();
    print.update(Buffer.from(body));
    inner.check(token, print.print());
    inner.sawRecords(records);
  };
  return { check, warnings };
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

  it('does not warn of identical pages of one record, and yet ends where they do not', () => {
    const { check, warnings } = guard({}, 1);
    for (let page = 1; page < 11; page += 1) check(page, '{"items": [{"kind": "same"}]}');
    expect(() => check(11, '{"items": [{"kind": "same"}]}')).toThrow('the last 11 pages are identical');
    expect(warnings).toEqual([]);
  });

  it('begins to count anew after a page without records', () => {
    const { check, warnings } = guard({}, 0);
    for (let page = 1; page < 30; page += 1) check(page, '{"items": []}');
    expect(warnings).toEqual([]);
  });

  it('lets a token come again once with another page after it', () => {
    const { check, warnings } = guard();
    for (const [token, body] of [
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
    ] as const)
      check(token, body);
    expect(warnings).toEqual([]);
  });

  it('reads on where the guards say so, with one warning', () => {
    const { check, warnings } = guard({ repeated_token: 'warn', identical_pages: Number.POSITIVE_INFINITY });
    for (let page = 0; page < 20; page += 1) check('t', 'same');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("page token 't' was used before");
    const silent = guard({ repeated_token: 'ignore', identical_pages: 20 });
    for (let page = 0; page < 20; page += 1) silent.check('t', 'same');
    expect(silent.warnings).toHaveLength(1);
    expect(() => silent.check('t', 'same')).toThrow('the last 21 pages are identical');
  });

  it('refuses more pages than a slice may have, and says how to allow them', () => {
    const { check } = guard({ max_pages: 3 });
    for (let page = 1; page <= 3; page += 1) check(page, String(page));
    expect(() => check(4, '4')).toThrow(/more than 3 pages.*--guard items\.max_pages=none/);
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
