import { describe, expect, it } from 'vitest';
import { DateTime, Delta } from '../lib/time/index.ts';
import { callValue, getAttribute, getItem } from './access.ts';
import { parseLiteral } from './literal.ts';
import { repr, str } from './text.ts';
import { BoundMethod, HostMapping, PythonError, Undefined, type Value } from './values.ts';

const METHODS = [
  ["'hello world'", 'title', '()', "'Hello World'"],
  ['"o\'neil ὈΔΥΣΣΕΎΣ ǆ"', 'title', '()', '"O\'Neil Ὀδυσσεύς ǅ"'],
  ["'ßx'", 'capitalize', '()', "'Ssx'"],
  ["'ΌΣΟΣ'", 'lower', '()', "'όσος'"],
  ["'ΑΣ.tab'", 'title', '()', "'Ασ.Tab'"],
  ["'Straße ŉ'", 'casefold', '()', "'strasse ʼn'"],
  ["'aΣ'", 'swapcase', '()', "'Aς'"],
  ["'  a b  c '", 'split', '()', "['a', 'b', 'c']"],
  ["'  a b  c '", 'split', '(None, 1)', "['a', 'b  c ']"],
  ["'  a b  c '", 'rsplit', '(None, 1)', "['  a b', 'c']"],
  ["'a,b,,c'", 'split', "(',',)", "['a', 'b', '', 'c']"],
  ["'a,b,,c'", 'rsplit', "(',', 1)", "['a,b,', 'c']"],
  ["'a'", 'split', "('',)", 'ValueError'],
  ["'a'", 'split', '(1,)', 'TypeError'],
  ["'xxhixx'", 'strip', "('x',)", "'hi'"],
  ["'\\ufeff\\x1fa\\x85 '", 'strip', '()', "'\\ufeff\\x1fa'"],
  ["'a😀b😀'", 'find', "('😀', 2)", '3'],
  ["'a😀b'", 'index', "('z',)", 'ValueError'],
  ["'aaa'", 'count', "('aa',)", '1'],
  ["'abc'", 'count', "('',)", '4'],
  ["''", 'startswith', "('', 1)", 'False'],
  ["'abc'", 'startswith', "(('x', 'ab'),)", 'True'],
  ["'abc'", 'endswith', "(['c'],)", 'TypeError'],
  ["'aXbXc'", 'replace', "('X', '-', 1)", "'a-bXc'"],
  ["'ab'", 'replace', "('', '-')", "'-a-b-'"],
  ["'😀'", 'replace', "('', '-')", "'-😀-'"],
  ["'a-b-c'", 'partition', "('-',)", "('a', '-', 'b-c')"],
  ["'a-b-c'", 'rpartition', "('-',)", "('a-b', '-', 'c')"],
  ["'abc'", 'partition', "('-',)", "('abc', '', '')"],
  ["'-5'", 'zfill', '(4,)', "'-005'"],
  ["'ab'", 'center', "(5, '*')", "'**ab*'"],
  ["'abc'", 'center', "(6, '*')", "'*abc**'"],
  ["'é'", 'ljust', "(3, '..')", 'TypeError'],
  ["'a\\tb'", 'expandtabs', '(4,)', "'a   b'"],
  ["'a\\r\\nb\\x1cc\\n'", 'splitlines', '()', "['a', 'b', 'c']"],
  ["'a\\nb'", 'splitlines', '(True,)', "['a\\n', 'b']"],
  ["'٣²Ⅷ'", 'isnumeric', '()', 'True'],
  ["'٣²'", 'isdigit', '()', 'True'],
  ["'²'", 'isdecimal', '()', 'False'],
  ["'aé1'", 'isalnum', '()', 'True'],
  ["'Ab Cd'", 'istitle', '()', 'True'],
  ["'ab1'", 'islower', '()', 'True'],
  ["'A1'", 'isupper', '()', 'True'],
  ["'1'", 'isupper', '()', 'False'],
  ["'a b'", 'isidentifier', '()', 'False'],
  ["'\\u200b'", 'isprintable', '()', 'False'],
  ["','", 'join', "(['a', 'b'],)", "'a,b'"],
  ["','", 'join', '([1],)', 'TypeError'],
  ["'é'", 'encode', '()', "b'\\xc3\\xa9'"],
  ["'é'", 'encode', "('latin-1',)", "b'\\xe9'"],
  ["'é'", 'encode', "('ascii',)", 'UnicodeEncodeError'],
  ["'é'", 'encode', "('ascii', 'xmlcharrefreplace')", "b'&#233;'"],
  ["'abc'", 'translate', "({97: 'x', 98: None},)", "'xc'"],
  ["'abc'", 'maketrans', "('ab', 'xy')", '{97: 120, 98: 121}'],
  ["'abc'", 'removeprefix', "('a',)", "'bc'"],
  ["'abc'", 'removesuffix', "('',)", "'abc'"],
  ["'a'", 'upper', '(1,)', 'TypeError'],
  ["b'ab\\xff'", 'upper', '()', "b'AB\\xff'"],
  ["b'\\xc3\\xa9'", 'decode', '()', "'é'"],
  ["b'\\xff'", 'decode', '()', 'UnicodeDecodeError'],
  ["b'\\xffa'", 'decode', "('utf-8', 'replace')", "'�a'"],
  ["b'\\xffa'", 'decode', "('ascii', 'ignore')", "'a'"],
  ["b'a,b'", 'split', "(b',',)", "[b'a', b'b']"],
  ["b'abc'", 'hex', '()', "'616263'"],
  ["b'abcd'", 'hex', "('-', 2)", "'6162-6364'"],
  ["b'abc'", 'find', '(98,)', '1'],
  ["b'a\\x1cb'", 'split', '()', "[b'a\\x1cb']"],
  ["b' '", 'isspace', '()', 'True'],
  ['[3, 1, 2]', 'index', '(1,)', '1'],
  ['[1]', 'index', '(2,)', 'ValueError'],
  ['[1, 1.0, True]', 'count', '(1,)', '3'],
  ['[]', 'pop', '()', 'IndexError'],
  ['[1, 2]', 'pop', '(0,)', '1'],
  ['(1, 2)', 'index', '(2,)', '1'],
  ["{'a': 1}", 'get', "('a',)", '1'],
  ["{'a': 1}", 'get', "('b', 2)", '2'],
  ["{'a': 1}", 'get', '([1],)', 'TypeError'],
  ["{'a': 1}", 'items', '()', "dict_items([('a', 1)])"],
  ["{'a': 1}", 'keys', '()', "dict_keys(['a'])"],
  ["{1: 'x', 1.0: 'y', (1, 2): None}", 'values', '()', "dict_values(['y', None])"],
  ["{'a': 1}", 'pop', "('b',)", 'KeyError'],
  ["{'b': 1, 'a': 2}", 'popitem', '()', "('a', 2)"],
  ['{}', 'fromkeys', "(['10', '2'], 0)", "{'10': 0, '2': 0}"],
  ['{1, 2}', 'issubset', '([1, 2, 3],)', 'True'],
  ['{1, 2}', 'difference', '([2],)', '{1}'],
  ['{1}', 'remove', '(2,)', 'KeyError'],
  ['255', 'bit_length', '()', '8'],
  ['-1024', 'to_bytes', "(3, 'big')", 'OverflowError'],
  ['1024', 'to_bytes', "(2, 'little')", "b'\\x00\\x04'"],
  ['256', 'to_bytes', '()', 'OverflowError'],
  ['1', 'from_bytes', "(b'\\x01\\x00', 'big')", '256'],
  ['True', 'bit_count', '()', '1'],
  ['2.5', 'as_integer_ratio', '()', '(5, 2)'],
  ['2.0', 'is_integer', '()', 'True'],
  ['0.1', 'hex', '()', "'0x1.999999999999ap-4'"],
  ['1.0', 'fromhex', "('0x1.8p3',)", '12.0'],
  ['1.0', 'fromhex', "('zz',)", 'ValueError'],
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

class Slice extends HostMapping {
  readonly typeName = 'StreamSlice';
  readonly #fields: Record<string, Value> = { id: 5, partition: 'a key' };

  get(key: string): Value | undefined {
    return Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
  }

  keys(): Iterable<string> {
    return Object.keys(this.#fields);
  }

  override attribute(name: string): Value | undefined {
    return name === 'partition' || name === '_partition' || name === '_private' ? 'an attribute' : undefined;
  }

  override repr(): string {
    return '{}';
  }
}

describe('methods', () => {
  it.each(METHODS)('%s.%s%s is %s', (owner, name, args, expected) => {
    expect(outcome(() => callValue(getAttribute(value(owner), name), [...(value(args) as Value[])]))).toBe(expected);
  });

  it('change lists, dicts and sets in place', () => {
    const list = value('[3, 1]');
    callValue(getAttribute(list, 'append'), [2]);
    callValue(getAttribute(list, 'sort'), [], new Map([['reverse', true]]));
    expect(str(list)).toBe('[3, 2, 1]');
    const dict = value("{'a': 1}");
    callValue(getAttribute(dict, 'update'), [value("{'b': 2}")], new Map([['c', 3]]));
    expect(str(dict)).toBe("{'a': 1, 'b': 2, 'c': 3}");
  });

  it('reach the parts of times', () => {
    const time = DateTime.of(2024, 2, 29, 12, 30);
    expect(getAttribute(time, 'year')).toBe(2024);
    expect(callValue(getAttribute(time, 'isoformat'), [' '])).toBe('2024-02-29 12:30:00');
    expect(
      str(
        callValue(
          getAttribute(time, 'replace'),
          [],
          new Map([
            ['year', 2023],
            ['day', 1],
          ]),
        ),
      ),
    ).toBe('2023-02-01 12:30:00');
    expect(outcome(() => callValue(getAttribute(time, 'replace'), [], new Map([['year', 2023]])))).toBe('ValueError');
    expect(str(callValue(getAttribute(time, 'isocalendar'), []))).toBe('datetime.IsoCalendarDate(year=2024, week=9, weekday=4)');
    expect(str(callValue(getAttribute(Delta.of({ days: 1 }), 'total_seconds'), []))).toBe('86400.0');
  });
});

describe('getAttribute', () => {
  it('prefers the Python attribute to the key', () => {
    expect(getAttribute({ items: 1 }, 'items')).toBeInstanceOf(BoundMethod);
    expect(getItem({ items: 1 }, 'items')).toBe(1);
    expect(getItem({}, 'items')).toBeInstanceOf(BoundMethod);
    expect(getAttribute({ id: 1 }, 'id')).toBe(1);
    expect(getAttribute(new Slice(), 'partition')).toBe('an attribute');
    expect(getItem(new Slice(), 'partition')).toBe('a key');
    expect(str(callValue(getAttribute(new Slice(), 'items'), []))).toBe("dict_items([('id', 5), ('partition', 'a key')])");
  });

  it('gives undefined for what is not there, also for what objects of JavaScript inherit', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'b']) {
      expect(getItem({ a: 1 }, name)).toBeInstanceOf(Undefined);
      expect(getAttribute({ a: 1 }, name)).toBeInstanceOf(Undefined);
    }
    expect(getItem(JSON.parse('{"__proto__": 5}'), '__proto__')).toBe(5);
    expect(getItem([1], 1)).toBeInstanceOf(Undefined);
    expect(getItem([1], 'x')).toBeInstanceOf(Undefined);
    expect(getItem(5, 0)).toBeInstanceOf(Undefined);
    expect(getItem({}, [1])).toBeInstanceOf(Undefined);
  });

  it('finds items by Python equality', () => {
    expect(getItem(value("{1: 'a', (1, 2): 'b'}"), true)).toBe('a');
    expect(getItem(value("{1: 'a', (1, 2): 'b'}"), value('(1, 2.0)'))).toBe('b');
    expect(getItem([1, 2], -1)).toBe(2);
    expect(getItem('a😀b', 1)).toBe('😀');
  });

  it('hides private attributes, but not keys that begin with an underscore', () => {
    expect(getAttribute({ _id: 5 }, '_id')).toBe(5);
    expect(getAttribute(new Slice(), '_partition')).toBe('an attribute');
    const unsafe = getAttribute(new Slice(), '_private');
    expect(outcome(() => getAttribute(unsafe, 'x'))).toBe('SecurityError');
    expect(outcome(() => getAttribute(getAttribute({}, '__class__'), 'x'))).toBe('SecurityError');
    expect(outcome(() => getAttribute(getAttribute({}, '__nothing__'), 'x'))).toBe('UndefinedError');
    expect(str(getAttribute({}, '__class__'))).toBe('');
  });

  it('raises for attributes of undefined', () => {
    expect(outcome(() => getAttribute(new Undefined('x'), 'y'))).toBe('UndefinedError');
    expect(outcome(() => getItem(new Undefined('x'), 0))).toBe('UndefinedError');
    expect(outcome(() => callValue(new Undefined('x'), []))).toBe('UndefinedError');
    expect(outcome(() => callValue(5, []))).toBe('TypeError');
  });
});
