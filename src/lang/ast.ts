import type { Position } from './errors.ts';
import type { Value } from './values.ts';

/** The operators between two operands; each is evaluated left to right. */
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** The arguments of a call, a filter or a test. */
export interface Arguments {
  readonly args: readonly Expression[];
  readonly keywords: readonly Keyword[];
  readonly dynamicArgs: Expression | undefined;
  readonly dynamicKeywords: Expression | undefined;
}

export interface Keyword {
  readonly name: string;
  readonly value: Expression;
}

interface Located {
  readonly at: Position;
}

export interface Name extends Located {
  readonly kind: 'name';
  readonly name: string;
}

export interface Call extends Located, Arguments {
  readonly kind: 'call';
  readonly callee: Expression;
}

/** A filter; without `input` it stands in a filter block or a set block and takes the text of the block. */
export interface Filter extends Located, Arguments {
  readonly kind: 'filter';
  readonly input: Expression | undefined;
  readonly name: string;
}

export interface Slice extends Located {
  readonly kind: 'slice';
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}

export type Expression =
  | Name
  | Call
  | Filter
  | Slice
  | (Located & { readonly kind: 'constant'; readonly value: Value })
  | (Located & { readonly kind: 'tuple' | 'list'; readonly items: readonly Expression[] })
  | (Located & { readonly kind: 'dict'; readonly pairs: readonly (readonly [key: Expression, value: Expression])[] })
  | (Located & { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression })
  | (Located & { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression })
  | (Located & { readonly kind: 'not' | 'negate' | 'positive'; readonly operand: Expression })
  | (Located & { readonly kind: 'concat'; readonly parts: readonly Expression[] })
  | (Located & { readonly kind: 'compare'; readonly first: Expression; readonly rest: readonly Comparison[] })
  | (Located & {
      readonly kind: 'condition';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression | undefined;
    })
  | (Located & { readonly kind: 'attribute'; readonly owner: Expression; readonly name: string })
  | (Located & { readonly kind: 'item'; readonly owner: Expression; readonly key: Expression })
  | (Located & Arguments & { readonly kind: 'test'; readonly input: Expression; readonly name: string });

export interface Comparison {
  readonly operator: CompareOperator;
  readonly operand: Expression;
}

/** What can be assigned to: a name, an attribute of a namespace, or a tuple of these. */
export type Target =
  | Name
  | (Located & { readonly kind: 'namespace'; readonly name: string; readonly attribute: string })
  | (Located & { readonly kind: 'targets'; readonly items: readonly Target[] });

/** The parameters of a macro or call block; the defaults belong to the last of them. */
export interface Signature {
  readonly parameters: readonly Name[];
  readonly defaults: readonly Expression[];
}

export type Body = readonly Statement[];

/** Text and expressions that are printed one after another. */
export interface Output extends Located {
  readonly kind: 'output';
  readonly parts: readonly (string | Expression)[];
}

export interface For extends Located {
  readonly kind: 'for';
  readonly target: Target;
  readonly iterable: Expression;
  readonly body: Body;
  readonly otherwise: Body;
  readonly test: Expression | undefined;
  readonly recursive: boolean;
}

export interface If extends Located {
  readonly kind: 'if';
  /** The `if` and each `elif`, in order. */
  readonly branches: readonly { readonly test: Expression; readonly body: Body }[];
  readonly otherwise: Body;
}

export interface Macro extends Located, Signature {
  readonly kind: 'macro';
  readonly name: string;
  readonly body: Body;
}

export interface CallBlock extends Located, Signature {
  readonly kind: 'callBlock';
  readonly call: Call;
  readonly body: Body;
}

export interface Block extends Located {
  readonly kind: 'block';
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: Body;
}

export interface SetBlock extends Located {
  readonly kind: 'setBlock';
  readonly target: Target;
  readonly filter: Filter | undefined;
  readonly body: Body;
}

export interface With extends Located {
  readonly kind: 'with';
  readonly targets: readonly Target[];
  readonly values: readonly Expression[];
  readonly body: Body;
}

export type Statement =
  | Output
  | For
  | If
  | Macro
  | CallBlock
  | Block
  | SetBlock
  | With
  | (Located & { readonly kind: 'set'; readonly target: Target; readonly value: Expression })
  | (Located & { readonly kind: 'filterBlock'; readonly filter: Filter; readonly body: Body })
  | (Located & { readonly kind: 'autoescape'; readonly enabled: Expression; readonly body: Body })
  /** A tag that needs other templates, of which there are none: it fails when it is reached. */
  | (Located & { readonly kind: 'load'; readonly tag: LoadTag; readonly template: Expression; readonly names: readonly string[] });

export type LoadTag = 'extends' | 'include' | 'import' | 'from';

/** The expressions of a list of arguments, in the order of evaluation. */
export function argumentExpressions(args: Arguments): Expression[] {
  const expressions = [...args.args, ...args.keywords.map((keyword) => keyword.value)];
  if (args.dynamicArgs) expressions.push(args.dynamicArgs);
  if (args.dynamicKeywords) expressions.push(args.dynamicKeywords);
  return expressions;
}

function present<T>(...nodes: readonly (T | undefined)[]): T[] {
  return nodes.filter((node) => node !== undefined);
}

/** The expressions directly inside an expression. */
export function subexpressions(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'name':
    case 'constant':
      return [];
    case 'tuple':
    case 'list':
      return node.items;
    case 'dict':
      return node.pairs.flat();
    case 'binary':
    case 'and':
    case 'or':
      return [node.left, node.right];
    case 'not':
    case 'negate':
    case 'positive':
      return [node.operand];
    case 'concat':
      return node.parts;
    case 'compare':
      return [node.first, ...node.rest.map((comparison) => comparison.operand)];
    case 'condition':
      return present(node.test, node.then, node.otherwise);
    case 'attribute':
      return [node.owner];
    case 'item':
      return [node.owner, node.key];
    case 'slice':
      return present(node.start, node.stop, node.step);
    case 'call':
      return [node.callee, ...argumentExpressions(node)];
    case 'filter':
      return [...present(node.input), ...argumentExpressions(node)];
    case 'test':
      return [node.input, ...argumentExpressions(node)];
  }
}

/** The names that a target assigns to, in order; attributes of namespaces are not among them. */
export function targetNames(target: Target): Name[] {
  switch (target.kind) {
    case 'name':
      return [target];
    case 'namespace':
      return [];
    case 'targets':
      return target.items.flatMap(targetNames);
  }
}

/** The namespaces whose attributes a target assigns, in order. */
export function targetNamespaces(target: Target): string[] {
  switch (target.kind) {
    case 'name':
      return [];
    case 'namespace':
      return [target.name];
    case 'targets':
      return target.items.flatMap(targetNamespaces);
  }
}
