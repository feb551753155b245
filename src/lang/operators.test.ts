import { describe, expect, it } from 'vitest';
import { parseLiteral } from './literal.ts';
import * as operators from './operators.ts';
import { repr } from './text.ts';
import { PythonError, Undefined, type Value } from './values.ts';

const OPERATIONS = [
  ['1', '+', '1', '2'],
  ['1', '+', '1.0', '2.0'],
  ['9007199254740991', '+', '1', '9007199254740992'],
  ['-9007199254740993', '+', '9007199254740993', '0'],
  ['0.5', '+', '0.5', '1.0'],
  ['True', '+', 'True', '2'],
  ["'a'", '+', "'b'", "'ab'"],
  ["'a'", '+', '1', 'TypeError'],
  ['[1]', '+', '[2]', '[1, 2]'],
  ['(1,)', '+', '[2]', 'TypeError'],
  ['None', '+', '1', 'TypeError'],
  ['7', '-', '7.0', '0.0'],
  ['{1, 2}', '-', '{2}', '{1}'],
  ['3000000000', '*', '3000000000', '9000000000000000000'],
  ['0', '*', '-5', '0'],
  ["'ab'", '*', '2', "'abab'"],
  ['[1]', '*', '-1', '[]'],
  ["'a'", '*', '1.0', 'TypeError'],
  ['4', '/', '2', '2.0'],
  ['0', '/', '-7', '-0.0'],
  ['1', '/', '0', 'ZeroDivisionError'],
  ['100000000000000000000000', '/', '3', '3.333333333333333e+22'],
  ['9007199254740993', '/', '9007199254740992', '1.0'],
  ['-7', '//', '2', '-4'],
  ['7', '//', '-2.0', '-4.0'],
  ['-0.0', '//', '5', '-0.0'],
  ['1', '//', '0', 'ZeroDivisionError'],
  ['-100000000000000000000', '//', '7', '-14285714285714285715'],
  ['-7', '%', '3', '2'],
  ['7', '%', '-3', '-2'],
  ['-1e-20', '%', '3', '3.0'],
  ['5.5', '%', '-2', '-0.5'],
  ['1', '%', '0.0', 'ZeroDivisionError'],
  ["'%s-%d'", '%', "('a', 5)", "'a-5'"],
  ['2', '**', '64', '18446744073709551616'],
  ['2', '**', '-1', '0.5'],
  ['0', '**', '-1', 'ZeroDivisionError'],
  ['-8', '**', '0.5', '(1.7319121124709868e-16+2.8284271247461903j)'],
  ['10', '**', '-5', '1e-05'],
  ['1.1', '**', '10', '2.5937424601000023'],
  ['10.0', '**', '400', 'OverflowError'],
  ['-2', '**', '3', '-8'],
  ['True', '**', '5', '1'],
  ['1', '==', '1.0', 'True'],
  ['True', '==', '1', 'True'],
  ['1', '==', "'1'", 'False'],
  ['[1, 2.0]', '==', '[True, 2]', 'True'],
  ['(1,)', '==', '[1]', 'False'],
  ["{'a': 1, 'b': 2}", '==', "{'b': 2.0, 'a': 1}", 'True'],
  ['9007199254740993', '==', '9007199254740992.0', 'False'],
  ['{1: 2}', '==', '{True: 2}', 'True'],
  ["b'a'", '==', "'a'", 'False'],
  ['1', '<', '2.5', 'True'],
  ["'a'", '<', "'B'", 'False'],
  ["'\\uffff'", '<', "'😀'", 'True'],
  ['[1, 2]', '<', '[1, 3]', 'True'],
  ['[1]', '<', '(2,)', 'TypeError'],
  ['None', '<', '1', 'TypeError'],
  ['{1}', '<', '{1, 2}', 'True'],
  ["'a'", '<', '1', 'TypeError'],
  ['9007199254740993', '>=', '9007199254740992.0', 'True'],
  ['1', 'in', '[True]', 'True'],
  ["'b'", 'in', "'abc'", 'True'],
  ['1', 'in', "'abc'", 'TypeError'],
  ["'a'", 'in', "{'a': 0}", 'True'],
  ['[1]', 'in', "{'a': 0}", 'TypeError'],
  ['1', 'in', '5', 'TypeError'],
  ['98', 'in', "b'abc'", 'True'],
  ['1.0', 'in', '{1: 2}', 'True'],
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

const OPERATORS: Record<string, (a: Value, b: Value) => Value> = {
  '+': operators.add,
  '-': operators.subtract,
  '*': operators.multiply,
  '/': operators.divide,
  '//': operators.floorDivide,
  '%': operators.modulo,
  '**': operators.power,
  '==': operators.equals,
  '<': (a, b) => operators.compare(a, b, '<'),
  '>=': (a, b) => operators.compare(a, b, '>='),
  in: (a, b) => operators.contains(b, a),
};

describe('operators', () => {
  it.each(OPERATIONS)('%s %s %s is %s', (a, operator, b, expected) => {
    const apply = OPERATORS[operator] as (a: Value, b: Value) => Value;
    expect(outcome(() => apply(value(a), value(b)))).toBe(expected);
  });

  it('lets undefined be compared for equality and looked into, nothing else', () => {
    const missing = new Undefined('x');
    expect(operators.equals(missing, new Undefined('y'))).toBe(true);
    expect(operators.equals(missing, null)).toBe(false);
    expect(operators.contains(missing, 1)).toBe(false);
    expect(operators.length(missing)).toBe(0);
    expect(operators.truth(missing)).toBe(false);
    expect(outcome(() => operators.add(1, missing))).toBe('UndefinedError');
    expect(outcome(() => operators.compare(missing, 1, '<'))).toBe('UndefinedError');
    expect(outcome(() => operators.contains('a', missing))).toBe('TypeError');
  });

  it('refuses results that no memory holds', () => {
    expect(outcome(() => operators.multiply('a', 10 ** 15))).toBe('MemoryError');
    expect(outcome(() => operators.power(10, 10 ** 12))).toBe('MemoryError');
  });
});

describe('slice', () => {
  it.each([
    ["'a😀b'", 1, null, null, "'😀b'"],
    ["'a😀b'", null, null, -1, "'b😀a'"],
    ['[1, 2, 3, 4]', 3, 0, -2, '[4, 2]'],
    ['(1, 2, 3)', -2, null, null, '(2, 3)'],
    ["b'abc'", 1, 2, null, "b'b'"],
    ["'abc'", 5, null, null, "''"],
    ["'abc'", null, null, 0, 'ValueError'],
    ["'abc'", 'x', null, null, 'TypeError'],
    ["{'a': 1}", 0, 1, null, 'TypeError'],
    ['5', 0, 1, null, 'TypeError'],
  ])('%s[%s:%s:%s] is %s', (text, start, stop, step, expected) => {
    expect(outcome(() => operators.slice(value(text), start, stop, step))).toBe(expected);
  });
});
