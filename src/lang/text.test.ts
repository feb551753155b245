import { describe, expect, it } from 'vitest';
import { parseLiteral } from './literal.ts';
import { callValue, getAttribute } from './operators.ts';
import { formatPercent, formatValue, parseFloatText, parseIntText, repr, roundDouble, str } from './text.ts';
import { PythonError, Undefined, type Value } from './values.ts';

const REPRS = [
  ["'a'", "'a'"],
  ['"a\'b"', '"a\'b"'],
  ["'a\"b'", "'a\"b'"],
  ["'\"\\''", "'\"\\''"],
  ["'\\n\\t\\r\\\\'", "'\\n\\t\\r\\\\'"],
  ["'\\x07\\x7f\\x80\\xa0\\xad'", "'\\x07\\x7f\\x80\\xa0\\xad'"],
  ["'é€😀'", "'é€😀'"],
  ["'\\u200b\\ufeff\\ue000\\ud800'", "'\\u200b\\ufeff\\ue000\\ud800'"],
  ["'\\u0378'", "'\\u0378'"],
  ['1.0', '1.0'],
  ['1e16', '1e+16'],
  ['1e15', '1000000000000000.0'],
  ['1e-5', '1e-05'],
  ['0.0001', '0.0001'],
  ['-0.0', '-0.0'],
  ['1e400', 'inf'],
  ['100000000000000000000', '100000000000000000000'],
  ['[1, 2.0, None, True]', '[1, 2.0, None, True]'],
  ['(1,)', '(1,)'],
  ['()', '()'],
  ['{}', '{}'],
  ['set()', 'set()'],
  ["{'a': [1], 2: (3,)}", "{'a': [1], 2: (3,)}"],
  ["b'a\\'\\x00\\xff'", 'b"a\'\\x00\\xff"'],
  ['...', 'Ellipsis'],
  ['{1}', '{1}'],
] as const;

const PERCENT = [
  ['%s|%r|%a', "('é', 'é', 'é')", "\"é|'é'|'\\\\xe9'\""],
  ['%5d|%-5d|%05d|%+d|% d', '(42, 42, 42, 42, 42)', "'   42|42   |00042|+42| 42'"],
  ['%x %#x %X %o %#o', '(255, 255, 255, 8, 8)', "'ff 0xff FF 10 0o10'"],
  ['%d', '3.99', "'3'"],
  ['%d', "'5'", 'TypeError'],
  ['%x', '1.5', 'TypeError'],
  ['%.5d', '42', "'00042'"],
  ['%f %.0f %.0f %e %g', '(1.5, 2.5, 0.5, 12345.678, 0.00001234)', "'1.500000 2 0 1.234568e+04 1.234e-05'"],
  ['%#g|%G', '(1.0, 1e-10)', "'1.00000|1E-10'"],
  ['%010.2f|%-10.2f|', '(-3.14159, 3.14159)', "'-000003.14|3.14      |'"],
  ['%c%c', "(97, 'b')", "'ab'"],
  ['%c', "'ab'", 'TypeError'],
  ['%5s|%-5s|%.2s', "('ab', 'ab', 'abc')", "'   ab|ab   |ab'"],
  ['%%', '()', "'%'"],
  ['%5%', '(1,)', 'ValueError'],
  ['%', '()', 'ValueError'],
  ['%y', '1', 'ValueError'],
  ['%s %s', '(1,)', 'TypeError'],
  ['%s', '(1, 2)', 'TypeError'],
  ['abc', '[1]', "'abc'"],
  ['abc', '1', 'TypeError'],
  ['%(a)s %(b)05d', "{'a': 1, 'b': 2}", "'1 00002'"],
  ['%(z)s', "{'a': 1}", 'KeyError'],
  ['%(a)s', '1', 'TypeError'],
  ['%*d|%-*d|', '(5, 42, 5, 42)', "'   42|42   |'"],
  ['%.*f', '(2, 3.14159)', "'3.14'"],
  ['%s', '(None,)', "'None'"],
  ['%010f', '(1e400,)', "'0000000inf'"],
  ['%ld', '5', "'5'"],
  ['%(a(b)c)s', "{'a(b)c': 1}", "'1'"],
  ['%.20f', '(0.1,)', "'0.10000000000000000555'"],
  ['%d', '100000000000000000000.0', "'100000000000000000000'"],
] as const;

const SPECS = [
  ['42', '', "'42'"],
  ['42', '5', "'   42'"],
  ['42', '<5', "'42   '"],
  ['42', '^5', "' 42  '"],
  ['42', '05', "'00042'"],
  ['-42', '=6', "'-   42'"],
  ['-42', '*=+6', "'-***42'"],
  ['42', '+', "'+42'"],
  ['42', ' ', "' 42'"],
  ['255', 'x', "'ff'"],
  ['255', '#X', "'0XFF'"],
  ['5', 'b', "'101'"],
  ['255', '#o', "'0o377'"],
  ['97', 'c', "'a'"],
  ['1234567', ',', "'1,234,567'"],
  ['1234567', '_', "'1_234_567'"],
  ['65535', '_x', "'ffff'"],
  ['1234', '010,', "'00,001,234'"],
  ['12', '.2', 'ValueError'],
  ['12', 's', 'ValueError'],
  ['3', '.1f', "'3.0'"],
  ['True', 'd', "'1'"],
  ['True', '', "'True'"],
  ['True', '5', "'    1'"],
  ['1.5', 'd', 'ValueError'],
  ['3.0', '', "'3.0'"],
  ['3.0', '.3', "'3.0'"],
  ['1234.0', '.3', "'1.23e+03'"],
  ['100.0', '.3', "'1e+02'"],
  ['1e16', '5', "'1e+16'"],
  ['2.5', '.0f', "'2'"],
  ['3.14159', '10.2f', "'      3.14'"],
  ['3.14159', '<10.2f', "'3.14      '"],
  ['-3.14159', '010.2f', "'-000003.14'"],
  ['0.256', '.1%', "'25.6%'"],
  ['1234567.891', ',.2f', "'1,234,567.89'"],
  ['1e10', 'g', "'1e+10'"],
  ['1e-5', 'g', "'1e-05'"],
  ['1.0', '#g', "'1.00000'"],
  ['-0.01', 'z.1f', "'0.0'"],
  ['1e400', 'f', "'inf'"],
  ['1e400', '08', "'00000inf'"],
  ['1.5', 'E', "'1.500000E+00'"],
  ['1.5', 'q', 'ValueError'],
  ['1.5', '.', 'ValueError'],
  ['0.1', '.20f', "'0.10000000000000000555'"],
  ['123456.0', 'n', "'123456'"],
  ["'abc'", '5', "'abc  '"],
  ["'abc'", '>5', "'  abc'"],
  ["'abc'", '^6', "' abc  '"],
  ["'abc'", '.2', "'ab'"],
  ["'abc'", '05', "'abc00'"],
  ["'abc'", '=5', 'ValueError'],
  ["'abc'", '+', 'ValueError'],
  ["'abc'", ',', 'ValueError'],
  ["'abc'", '#', 'ValueError'],
  ["'abc'", 'd', 'ValueError'],
  ["'😀'", 'é^3', "'é😀é'"],
  ['None', '', "'None'"],
  ['None', '5', 'TypeError'],
  ['[1]', '', "'[1]'"],
  ['[1]', '5', 'TypeError'],
] as const;

const BRACES = [
  ['{} {}', "(1, 'a')", "'1 a'"],
  ['{1}{0}{1}', '(1, 2)', "'212'"],
  ['{0[a]} {0[0]}', "({'a': 1},)", "'1 '"],
  ['{0[0]} {0[-1]}|', '([1, 2],)', "'1 |'"],
  ['{0.real}', '(5,)', "'5'"],
  ['{0.foo}|', '(5,)', "'|'"],
  ['{0!r:>5}|', "('a',)", '"  \'a\'|"'],
  ['{!a}', "('é',)", '"\'\\\\xe9\'"'],
  ['{:>{}}', '(1, 5)', "'    1'"],
  ['{:{}{}}', "(1, '>', 5)", "'    1'"],
  ['{:{:{}}}', '(1, 2, 3)', 'ValueError'],
  ['{{}} {{{}}}', '(1,)', "'{} {1}'"],
  ['{', '()', 'ValueError'],
  ['}', '()', 'ValueError'],
  ['{0', '(1,)', 'ValueError'],
  ['{a{b}}', '()', 'ValueError'],
  ['{0}{}', '(1, 2)', 'ValueError'],
  ['{}{0}', '(1, 2)', 'ValueError'],
  ['{2}', '(1,)', 'IndexError'],
  ['{zz}', '()', 'KeyError'],
  ['{0[}', '(1,)', 'ValueError'],
  ['{0[a]b}', '(1,)', 'ValueError'],
  ['{0.}', '(1,)', 'ValueError'],
  ['{0!x}', '(1,)', 'ValueError'],
  ['{0!rr}', '(1,)', 'ValueError'],
  ['{0!}', '(1,)', 'ValueError'],
  ['{:d}', "('a',)", 'ValueError'],
  ['{:,.2f}', '(1234.5,)', "'1,234.50'"],
  ['{0.__class__}|', '(1,)', "'|'"],
] as const;

function value(text: string): Value {
  const parsed = parseLiteral(text);
  if (parsed === undefined) throw new Error(`${text} is no literal`);
  return parsed;
}

// The repr of the result, or the type of the error.
function outcome(run: () => Value): string {
  try {
    return repr(run());
  } catch (error) {
    if (error instanceof PythonError) return error.type;
    throw error;
  }
}

describe('repr', () => {
  it.each(REPRS)('of %s is %s', (text, expected) => {
    expect(repr(value(text))).toBe(expected);
  });

  it('ends a list inside itself with dots', () => {
    const list: Value[] = [1];
    list.push(list);
    expect(repr(list)).toBe('[1, [...]]');
  });

  it('prints undefined as nothing by itself and by name inside', () => {
    expect(str(new Undefined('x'))).toBe('');
    expect(str([new Undefined('x')])).toBe('[Undefined]');
  });

  it('refuses more digits than Python prints', () => {
    expect(outcome(() => str(10n ** 4300n))).toBe('ValueError');
    expect(str(10n ** 4300n - 1n)).toHaveLength(4300);
  });
});

describe('formatPercent', () => {
  it.each(PERCENT)('%j with %s is %s', (format, values, expected) => {
    expect(outcome(() => formatPercent(format, value(values)))).toBe(expected);
  });
});

describe('formatValue', () => {
  it.each(SPECS)('of %s with %j is %s', (text, spec, expected) => {
    expect(outcome(() => formatValue(value(text), spec))).toBe(expected);
  });
});

describe('str.format', () => {
  it.each(BRACES)('%j with %s is %s', (format, values, expected) => {
    expect(outcome(() => callValue(getAttribute(format, 'format'), [...(value(values) as Value[])]))).toBe(expected);
  });
});

describe('numbers in texts', () => {
  it.each([
    ['42', 10, 42],
    [' 4_2\n', 10, 42],
    ['-0', 10, 0],
    ['٣', 10, 3],
    ['42.9', 10, undefined],
    ['4__2', 10, undefined],
    ['', 10, undefined],
    ['0x1A', 16, 26],
    ['0x1A', 10, undefined],
    ['0b_11', 0, 3],
    ['012', 0, undefined],
    ['zz', 36, 1295],
    ['8', 8, undefined],
    ['123456789012345678901', 10, 123456789012345678901n],
  ])('int(%j, %s) is %s', (text, base, expected) => {
    expect(parseIntText(text, base)).toBe(expected);
  });

  it.each([
    ['1e3', 1000],
    [' .5', 0.5],
    ['5.', 5],
    ['1_0.0_1', 10.01],
    ['-Infinity', -Infinity],
    ['nan', Number.NaN],
    ['1e', undefined],
    ['.', undefined],
    ['0x1', undefined],
    ['1__0', undefined],
  ])('float(%j) is %s', (text, expected) => {
    expect(parseFloatText(text)).toBe(expected);
  });

  it.each([
    [2.5, 0, 2],
    [2.675, 2, 2.67],
    [1234.5, -2, 1200],
    [-0.4, 0, -0],
    [1e300, 5, 1e300],
    [5e15, -16, 0],
  ])('round(%s, %s) is %s', (number, places, expected) => {
    expect(roundDouble(number, places)).toBe(expected);
  });
});
