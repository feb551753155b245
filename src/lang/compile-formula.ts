import type { BinaryOperator, Expression, Filter } from './ast.ts';
import type { ExpressionCompiler, Place } from './compile-expression.ts';
import { Float, type Value } from './values.ts';

/** How a number follows from another one; `compute` gives NaN where it does not, and the expression has to be evaluated. */
export interface NumberRule {
  /** Whether it gives floats, with or without a fraction; else integers. */
  readonly isFloat: boolean;
  readonly compute: (value: number) => number;
}

/** What a template gives for a record whose field is a whole number that is not negative. */
export interface Formula extends NumberRule {
  /** The top-level field of `record`, which is all that the template reads. */
  readonly field: string;
}

interface Operation {
  readonly isFloat: boolean;
  readonly apply: (left: number, right: number) => number;
}

/** The operations on numbers by the types of their operands; undefined for those that are evaluated in any case. */
const OPERATIONS: Partial<Record<BinaryOperator, (areFloats: boolean, areIntegers: boolean) => Operation | undefined>> = {
  '+': (isFloat, isInteger) => ({ isFloat, apply: isInteger ? (a, b) => safe(a + b) : (a, b) => a + b }),
  '-': (isFloat, isInteger) => ({ isFloat, apply: isInteger ? (a, b) => safe(a - b) : (a, b) => a - b }),
  '*': (isFloat, isInteger) => ({ isFloat, apply: isInteger ? (a, b) => safe(a * b) : (a, b) => a * b }),
  '/': () => ({ isFloat: true, apply: (a, b) => (b === 0 ? Number.NaN : a / b) }),
  '//': (_isFloat, isInteger) => (isInteger ? { isFloat: false, apply: (a, b) => positiveZero(safe(a - remainder(a, b)) / b) } : undefined),
  '%': (_isFloat, isInteger) => (isInteger ? { isFloat: false, apply: remainder } : undefined),
};

const ITSELF: NumberRule = { isFloat: false, compute: (value) => value };

/** The formula of an expression that is arithmetic on one field of `record` and constants; undefined for any other. The expression must be compiled already. */
export function compileFormula(expression: Expression, place: Place, expressions: ExpressionCompiler): Formula | undefined {
  const { findings, functions } = expressions;
  const read = findings.fields.record;
  if (read === 'all' || read.size !== 1 || findings.impure) return undefined;
  const [field = ''] = read;

  function ruleOf(node: Expression): NumberRule | undefined {
    switch (node.kind) {
      case 'attribute':
        return isRecord(node.owner) && node.name === field ? ITSELF : undefined;
      case 'item':
        return isRecord(node.owner) && node.key.kind === 'constant' && node.key.value === field ? ITSELF : undefined;
      case 'binary':
        return binaryRule(node.operator, node.left, node.right);
      case 'filter':
        return filterRule(node);
      default:
        return undefined;
    }
  }

  function binaryRule(operator: BinaryOperator, left: Expression, right: Expression): NumberRule | undefined {
    const [leftValue, rightValue] = [constantOf(left), constantOf(right)];
    const rule = leftValue === undefined ? ruleOf(left) : ruleOf(right);
    const constant = leftValue ?? rightValue;
    if (rule === undefined || constant === undefined) return undefined;
    const operation = OPERATIONS[operator]?.(rule.isFloat || constant.isFloat, !rule.isFloat && !constant.isFloat);
    if (operation === undefined) return undefined;
    const [{ isFloat, apply }, { compute }, { value }] = [operation, rule, constant];
    return { isFloat, compute: leftValue === undefined ? (x) => apply(compute(x), value) : (x) => apply(value, compute(x)) };
  }

  function filterRule({ input, name, args, keywords, dynamicArgs, dynamicKeywords }: Filter): NumberRule | undefined {
    if (args.length > 0 || keywords.length > 0 || dynamicArgs !== undefined || dynamicKeywords !== undefined) return undefined;
    const rule = input && ruleOf(input);
    const then = rule && functions.filter(name)?.onNumber?.(rule.isFloat);
    if (rule === undefined || then === undefined) return undefined;
    const { compute } = rule;
    return { isFloat: then.isFloat, compute: rule === ITSELF ? then.compute : (x) => then.compute(compute(x)) };
  }

  function constantOf(node: Expression): { readonly value: number; readonly isFloat: boolean } | undefined {
    const folded = expressions.fold(node, place);
    return folded && numberOf(folded.value);
  }

  const rule = ruleOf(expression);
  return rule && { ...rule, field };
}

/** Whether an expression is the variable whose field is read. */
function isRecord(node: Expression): boolean {
  return node.kind === 'name' && node.name === 'record';
}

function numberOf(value: Value): { readonly value: number; readonly isFloat: boolean } | undefined {
  if (value instanceof Float) return { value: value.value, isFloat: true };
  return typeof value === 'number' && Number.isFinite(value) ? { value, isFloat: !Number.isInteger(value) } : undefined;
}

/** An integer that a number holds exactly, NaN for any other. */
function safe(value: number): number {
  return Number.isSafeInteger(value) ? positiveZero(value) : Number.NaN;
}

/** An integer without the sign that a zero may have. */
function positiveZero(value: number): number {
  return value + 0;
}

/** Python's remainder of integers, which has the sign of the divisor; NaN for a divisor of zero. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : positiveZero(rest);
}
