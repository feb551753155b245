import type { Expression } from './ast.ts';
import type { EvaluateBoolean } from './compile-comparison.ts';
import type { ExpressionCompiler, Place } from './compile-expression.ts';
import { truth } from './operators.ts';
import { isFalse, typeValue } from './result.ts';
import type { Evaluate } from './runtime.ts';
import type { Value } from './values.ts';

/** Whether a condition whose template prints the value holds: the value is typed back from its text and looked up among the false ones. */
// parity: airbyte_cdk/sources/declarative/interpolation/interpolated_boolean.py:InterpolatedBoolean.eval
export function holdsValue(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  const result = typeValue(value);
  return result !== undefined && !isFalse(result);
}

/** Compiles a template that is one expression to whether its condition holds, without making the values of `and`, `or`, `not` and comparisons. */
export function compileCondition(node: Expression, place: Place, expressions: ExpressionCompiler): EvaluateBoolean {
  if (expressions.fold(node, place) !== undefined) return ofValue(expressions.compile(node, place));
  switch (node.kind) {
    case 'and': {
      const left = expressions.compile(node.left, place);
      const right = compileCondition(node.right, place, expressions);
      return (context, slots) => {
        const value = left(context, slots);
        if (value === true) return right(context, slots);
        if (value === false) return false;
        return truth(value) ? right(context, slots) : holdsValue(value);
      };
    }
    case 'or': {
      const left = expressions.compile(node.left, place);
      const right = compileCondition(node.right, place, expressions);
      return (context, slots) => {
        const value = left(context, slots);
        if (value === true) return true;
        if (value === false) return right(context, slots);
        return truth(value) ? holdsValue(value) : right(context, slots);
      };
    }
    case 'compare':
    case 'not':
      return expressions.compile(node, place) as EvaluateBoolean;
    default:
      return ofValue(expressions.compile(node, place));
  }
}

function ofValue(evaluate: Evaluate): EvaluateBoolean {
  return (context, slots) => holdsValue(evaluate(context, slots));
}
