import { Markup } from '../markup.ts';
import { compare, contains, equals, modulo } from '../operators.ts';
import { str } from '../repr.ts';
import { Callable, HostMapping, isDict, isFloat, isInt, PySet, PythonObject, Undefined, type Value } from '../values.ts';
import type { FunctionSpec } from './spec.ts';
import { callText } from './text.ts';
import { isIterable } from './texts.ts';

/** Whether filters and tests of a name exist. */
export interface KnownNames {
  hasFilter(name: string): boolean;
  hasTest(name: string): boolean;
}

function isNumber(value: Value): boolean {
  return typeof value === 'boolean' || isInt(value) || isFloat(value);
}

// parity: jinja2/tests.py:test_sequence
function isSequence(value: Value): boolean {
  if (value instanceof Undefined || value instanceof HostMapping) return true;
  if (value instanceof PySet) return false;
  if (value instanceof PythonObject && !(value instanceof Markup)) return false;
  return typeof value === 'string' || Array.isArray(value) || isDict(value) || value instanceof Uint8Array || value instanceof Markup;
}

function comparing(
  name: string,
  aliases: readonly string[],
  words: string,
  example: readonly [string, string],
  holds: (value: Value, other: Value) => boolean,
): FunctionSpec {
  return {
    name,
    aliases,
    parameters: [['value'], ['other']],
    doc: `Whether the value ${words} another one.`,
    examples: [example],
    run: (_runtime, value: Value, other: Value) => holds(value, other),
  };
}

function checking(name: string, doc: string, example: readonly [string, string], holds: (value: Value) => boolean): FunctionSpec {
  return { name, parameters: [['value']], doc, examples: [example], seesMarkup: true, run: (_runtime, value: Value) => holds(value) };
}

/** The tests, which stand behind `is`. */
export function tests(names: KnownNames): readonly FunctionSpec[] {
  return [
    checking(
      'defined',
      'Whether the value is not undefined.',
      ["{{ {}['a'] is defined }}", 'False'],
      (value) => !(value instanceof Undefined),
    ),
    checking('undefined', 'Whether the value is undefined.', ["{{ {}['a'] is undefined }}", 'True'], (value) => value instanceof Undefined),
    checking('none', 'Whether the value is none.', ['{{ none is none }}', 'True'], (value) => value === null),
    checking('boolean', 'Whether the value is true or false.', ['{{ 1 is boolean }}', 'False'], (value) => typeof value === 'boolean'),
    checking('true', 'Whether the value is the boolean true.', ['{{ 1 is true }}', 'False'], (value) => value === true),
    checking('false', 'Whether the value is the boolean false.', ['{{ 0 is false }}', 'False'], (value) => value === false),
    checking('integer', 'Whether the value is an integer; booleans are not.', ['{{ 1.0 is integer }}', 'False'], isInt),
    checking('float', 'Whether the value is a float.', ['{{ 1.0 is float }}', 'True'], isFloat),
    checking('number', 'Whether the value is a number; booleans are.', ['{{ true is number }}', 'True'], isNumber),
    checking(
      'string',
      'Whether the value is a text.',
      ["{{ 'a' is string }}", 'True'],
      (value) => typeof value === 'string' || value instanceof Markup,
    ),
    checking(
      'mapping',
      'Whether the value is a dict.',
      ["{{ {'a': 1} is mapping }}", 'True'],
      (value) => isDict(value) || value instanceof HostMapping,
    ),
    checking('sequence', 'Whether the value has a length and items; texts and dicts do.', ["{{ 'abc' is sequence }}", 'True'], isSequence),
    checking('iterable', 'Whether the value can be iterated over; undefined can.', ['{{ 5 is iterable }}', 'False'], isIterable),
    checking(
      'callable',
      'Whether the value can be called.',
      ['{{ max is callable }}', 'True'],
      (value) => value instanceof Callable || value instanceof Undefined,
    ),
    checking(
      'escaped',
      'Whether the value is text that is safe in HTML.',
      ["{{ 'a' | e is escaped }}", 'True'],
      (value) => value instanceof Markup,
    ),
    checking(
      'lower',
      'Whether the text is in lower case.',
      ["{{ 'abc' is lower }}", 'True'],
      (value) => callText(str(value), 'islower') === true,
    ),
    checking(
      'upper',
      'Whether the text is in upper case.',
      ["{{ 'abc' is upper }}", 'False'],
      (value) => callText(str(value), 'isupper') === true,
    ),
    checking('odd', 'Whether the number is odd.', ['{{ 3 is odd }}', 'True'], (value) => equals(modulo(value, 2), 1)),
    checking('even', 'Whether the number is even.', ['{{ 3 is even }}', 'False'], (value) => equals(modulo(value, 2), 0)),
    {
      name: 'divisibleby',
      parameters: [['value'], ['num']],
      doc: 'Whether the number can be divided by another without a rest.',
      examples: [['{{ 6 is divisibleby 3 }}', 'True']],
      run: (_runtime, value: Value, by: Value) => equals(modulo(value, by), 0),
    },
    {
      name: 'sameas',
      parameters: [['value'], ['other']],
      doc: 'Whether both are the very same object.',
      examples: [['{{ none is sameas none }}', 'True']],
      run: (_runtime, value: Value, other: Value) => value === other,
    },
    comparing('in', [], 'is in', ['{{ 1 is in [1, 2] }}', 'True'], (value, other) => contains(other, value)),
    comparing('eq', ['==', 'equalto'], 'equals', ['{{ 1 is eq 1.0 }}', 'True'], equals),
    comparing('ne', ['!='], 'does not equal', ['{{ 1 is ne 2 }}', 'True'], (value, other) => !equals(value, other)),
    comparing('gt', ['>', 'greaterthan'], 'is greater than', ['{{ 2 is gt 1 }}', 'True'], (value, other) => compare(value, other, '>')),
    comparing('ge', ['>='], 'is greater than or equals', ['{{ 2 is ge 2 }}', 'True'], (value, other) => compare(value, other, '>=')),
    comparing('lt', ['<', 'lessthan'], 'is less than', ['{{ 1 is lt 2 }}', 'True'], (value, other) => compare(value, other, '<')),
    comparing('le', ['<='], 'is less than or equals', ['{{ 2 is le 2 }}', 'True'], (value, other) => compare(value, other, '<=')),
    checking(
      'filter',
      'Whether there is a filter of that name.',
      ["{{ 'upper' is filter }}", 'True'],
      (value) => typeof value === 'string' && names.hasFilter(value),
    ),
    checking(
      'test',
      'Whether there is a test of that name.',
      ["{{ 'odd' is test }}", 'True'],
      (value) => typeof value === 'string' && names.hasTest(value),
    ),
  ];
}
