import type { Comparison } from './ast.ts';
import { hasHighUnits } from './code-points.ts';
import { plainText } from './markup.ts';
import { compare, contains, equals } from './operators.ts';
import type { Context, Evaluate, Slots } from './runtime.ts';
import type { Value } from './values.ts';

/** A compiled expression that gives a boolean. */
export type EvaluateBoolean = (context: Context, slots: Slots) => boolean;

/** Whether a comparison holds between two values that are no safe texts. */
export type Holds = (a: Value, b: Value) => boolean;

/** Decides a comparison between any two values that are no safe texts. */
export const HOLDS: Readonly<Record<Comparison['operator'], Holds>> = {
  '==': equals,
  '!=': (a, b) => !equals(a, b),
  '<': (a, b) => compare(a, b, '<'),
  '<=': (a, b) => compare(a, b, '<='),
  '>': (a, b) => compare(a, b, '>'),
  '>=': (a, b) => compare(a, b, '>='),
  in: (a, b) => contains(b, a),
  'not in': (a, b) => !contains(b, a),
};

/** Compiles a comparison with a number that is always the same. */
export function compileComparisonWith(operator: Comparison['operator'], left: Evaluate, number: number): EvaluateBoolean {
  const holds = HOLDS[operator];
  const general = (value: Value): boolean => holds(plainText(value), number);
  switch (operator) {
    case '==':
      return (context, slots) => {
        const value = left(context, slots);
        return typeof value === 'number' ? value === number : general(value);
      };
    case '!=':
      return (context, slots) => {
        const value = left(context, slots);
        return typeof value === 'number' ? value !== number : general(value);
      };
    case '<':
      return (context, slots) => {
        const value = left(context, slots);
        return typeof value === 'number' ? value < number : general(value);
      };
    case '<=':
      return (context, slots) => {
        const value = left(context, slots);
        return typeof value === 'number' ? value <= number : general(value);
      };
    case '>':
      return (context, slots) => {
        const value = left(context, slots);
        return typeof value === 'number' ? value > number : general(value);
      };
    case '>=':
      return (context, slots) => {
        const value = left(context, slots);
        return typeof value === 'number' ? value >= number : general(value);
      };
    default:
      return (context, slots) => general(left(context, slots));
  }
}

/** Compiles a comparison of two operands, a safe text counts as a text; quick for numbers, and for texts compared with the same one again and again. */
export function compileComparison(operator: Comparison['operator'], left: Evaluate, right: Evaluate): EvaluateBoolean {
  const holds = HOLDS[operator];
  const general: Holds = (a, b) => holds(plainText(a), plainText(b));
  // The last text whose order by units is that by code points, whatever it is compared with.
  let plain = '';
  const isPlain = (text: string): boolean => {
    if (hasHighUnits(text)) return false;
    plain = text;
    return true;
  };
  switch (operator) {
    case '<':
      return (context, slots) => {
        const a = left(context, slots);
        const b = right(context, slots);
        if (typeof a === 'number' && typeof b === 'number') return a < b;
        return typeof a === 'string' && typeof b === 'string' && (b === plain || isPlain(b)) ? a < b : general(a, b);
      };
    case '<=':
      return (context, slots) => {
        const a = left(context, slots);
        const b = right(context, slots);
        if (typeof a === 'number' && typeof b === 'number') return a <= b;
        return typeof a === 'string' && typeof b === 'string' && (b === plain || isPlain(b)) ? a <= b : general(a, b);
      };
    case '>':
      return (context, slots) => {
        const a = left(context, slots);
        const b = right(context, slots);
        if (typeof a === 'number' && typeof b === 'number') return a > b;
        return typeof a === 'string' && typeof b === 'string' && (b === plain || isPlain(b)) ? a > b : general(a, b);
      };
    case '>=':
      return (context, slots) => {
        const a = left(context, slots);
        const b = right(context, slots);
        if (typeof a === 'number' && typeof b === 'number') return a >= b;
        return typeof a === 'string' && typeof b === 'string' && (b === plain || isPlain(b)) ? a >= b : general(a, b);
      };
    default:
      return (context, slots) => general(left(context, slots), right(context, slots));
  }
}
