import type { Resizing } from '../../engine/kinds.ts';
import type { CompareOperator, Expression, Statement } from '../../lang/ast.ts';
import { equals, PythonError, repr, str } from '../../lang/index.ts';
import { normalizeSource } from '../../lang/lexer.ts';
import { parse } from '../../lang/parser.ts';
import { isFalse } from '../../lang/result.ts';
import { isInt } from '../../lang/values.ts';

const COUNT = 'last_page_size';
const REQUESTED = 'page_size';

type Node = Expression | Statement;

/** A comparison of a condition; `decides` tells whether the condition holds just when it does. */
interface Comparison {
  readonly left: Expression;
  readonly operator: CompareOperator;
  readonly right: Expression;
  readonly decides: boolean;
}

const MIRRORED: Partial<Record<CompareOperator, CompareOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

const SAFE: Resizing = {};
const UNSURE =
  'Where the page size is reduced, a full page of the smaller size must not satisfy the stop_condition; compare last_page_size with page_size, or with 0.';

/**
 * Whether a stop condition may take a full page for the last one once pages are smaller than configured: a problem when it does, a doubt when
 * it cannot be told. A count is safe to compare with `page_size`, which follows the reduction, with numbers up to the smallest page size, and
 * from below.
 */
// parity: parsers/stop_condition_safety.py:classify_stop_condition
export function stopConditionSafety(condition: string, minimum: number): Resizing {
  let body: readonly Statement[];
  try {
    body = parse(normalizeSource(condition));
  } catch (error) {
    if (error instanceof PythonError) return { doubt: UNSURE };
    throw error;
  }
  const comparisons = body.flatMap((statement) => comparisonsIn(statement, body.length === 1));
  if (!body.some((statement) => mentions(statement, COUNT))) {
    return comparisons.some(boundsFromAbove) ? { doubt: UNSURE } : SAFE;
  }
  const counts = comparisons.filter(({ left, right }) => mentions(left, COUNT) || mentions(right, COUNT));
  const verdicts = counts.map((comparison) => (comparison.decides ? judge(comparison, minimum) : { doubt: UNSURE }));
  const truncating = verdicts.find(({ problem }) => problem !== undefined);
  if (truncating !== undefined) return truncating;
  return verdicts.length === 0 || verdicts.some(({ doubt }) => doubt !== undefined) ? { doubt: UNSURE } : SAFE;
}

/** Whether a comparison holds the more easily the less its unknown side is; a count of the response may be that side. */
function boundsFromAbove({ left, operator, right, decides }: Comparison): boolean {
  if (MIRRORED[operator] === undefined) return false;
  if (!decides) return true;
  return (operator.startsWith('<') ? left : right).kind !== 'constant';
}

function judge(comparison: Comparison, minimum: number): Resizing {
  const { left, operator, right } = turned(comparison);
  if (mentions(right, COUNT)) return { doubt: UNSURE };
  const isBare = left.kind === 'name';
  switch (operator) {
    case '==':
    case '!=':
      return isBare && right.kind === 'constant' && equals(right.value, 0) ? SAFE : { doubt: UNSURE };
    case '>':
    case '>=':
      return isBare ? SAFE : { doubt: UNSURE };
    case '<':
    case '<=':
      return judgeUpperBound(left, operator, right, minimum);
    default:
      return { doubt: UNSURE };
  }
}

/** The comparison with the count on its left. */
function turned(comparison: Comparison): Comparison {
  const { left, operator, right } = comparison;
  if (mentions(left, COUNT)) return comparison;
  return { ...comparison, left: right, operator: MIRRORED[operator] ?? operator, right: left };
}

function judgeUpperBound(left: Expression, operator: '<' | '<=', right: Expression, minimum: number): Resizing {
  if (left.kind === 'binary' || left.kind === 'and' || left.kind === 'or') return { doubt: UNSURE };
  if (mentions(right, REQUESTED)) return isRequestedSize(right) ? SAFE : { doubt: UNSURE };
  if (right.kind === 'constant' && isInt(right.value)) {
    const threshold = Number(right.value) + (operator === '<' ? 0 : 1);
    if (threshold <= minimum) return SAFE;
  }
  const bound = right.kind === 'constant' ? repr(right.value) : 'a value that stays as it is';
  return {
    problem: `The stop_condition ends paging when a page has fewer records than ${bound}, as each page does once the page size is reduced: compare last_page_size with page_size, or with 0.`,
  };
}

/** Whether an expression is the requested page size itself, filters aside. */
function isRequestedSize(node: Expression): boolean {
  if (node.kind === 'filter' && node.input !== undefined) return isRequestedSize(node.input);
  return node.kind === 'name' && node.name === REQUESTED;
}

/** Every comparison below a node; a chain gives several. */
function comparisonsIn(node: Node, decides: boolean): Comparison[] {
  if (node.kind === 'compare') {
    const operands = [node.first, ...node.rest.map(({ operand }) => operand)];
    const own = node.rest.map(({ operator }, index) => ({
      left: operands[index] as Expression,
      operator,
      right: operands[index + 1] as Expression,
      decides,
    }));
    return [...own, ...operands.flatMap((operand) => comparisonsIn(operand, false))];
  }
  if (node.kind === 'if') {
    const follows = decides && followsItsTest(node);
    const [first] = node.branches;
    return childrenOf(node).flatMap((child) => comparisonsIn(child, follows && child === first?.test));
  }
  const passes = decides && passesTruthOn(node);
  return childrenOf(node).flatMap((child) => comparisonsIn(child, passes));
}

/** Whether a node holds just when what is below it does. */
function passesTruthOn(node: Node): boolean {
  return node.kind === 'and' || node.kind === 'or' || (node.kind === 'output' && node.parts.length === 1);
}

/** Whether a block prints something that counts as true just when its test holds. */
function followsItsTest({ branches, otherwise }: Statement & { kind: 'if' }): boolean {
  const [branch] = branches;
  if (branches.length !== 1 || branch === undefined || otherwise.length > 0) return false;
  const texts = branch.body.map(printedText);
  return texts.every((text) => text !== undefined) && !isFalse(texts.join(''));
}

/** What a statement prints whenever it is reached; undefined when that depends. */
function printedText(statement: Statement): string | undefined {
  if (statement.kind !== 'output') return undefined;
  const parts = statement.parts.map((part) => (typeof part === 'string' ? part : part.kind === 'constant' ? str(part.value) : undefined));
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
}

function mentions(node: Node, name: string): boolean {
  return (node.kind === 'name' && node.name === name) || childrenOf(node).some((child) => mentions(child, name));
}

/** The nodes directly below a node, whatever they are wrapped in. */
function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap(nodesIn);
}

function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  return isNode(value) ? [value] : Object.values(value).flatMap(nodesIn);
}

function isNode(value: object): value is Node {
  return 'kind' in value && typeof value.kind === 'string' && 'at' in value;
}
