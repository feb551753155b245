/** A piece of a text: a literal, or a Jinja expression whose value stands there. */
export type Segment = { readonly text: string } | { readonly expression: string };

/** A text of the manifest that evaluates to the segments one after the other. */
export function templateOf(segments: readonly Segment[]): string {
  return segments.map((segment, index) => ('expression' in segment ? `{{ ${segment.expression} }}` : literalIn(segments, index))).join('');
}

/** A Jinja expression for the same: the value itself of a single expression, else a text. */
export function expressionOf(segments: readonly Segment[]): string {
  const [only] = segments;
  if (segments.length === 1 && only !== undefined && 'expression' in only) return only.expression;
  const parts = segments.map((segment) => ('expression' in segment ? `(${segment.expression})` : quoted(segment.text)));
  return parts.length === 0 ? "''" : parts.join(' ~ ');
}

/** A Jinja text literal. */
export function quoted(text: string): string {
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
  return `'${escaped}'`;
}

/** The value at some keys of the config. */
export function configAt(keys: readonly string[]): string {
  return `config${keys.map((key) => `[${quoted(key)}]`).join('')}`;
}

/** A literal as it stands in a template: quoted where its braces or line ends would be taken for the template's own. */
function literalIn(segments: readonly Segment[], index: number): string {
  const { text } = segments[index] as { text: string };
  const isBeforeExpression = index + 1 < segments.length;
  const isSpecial = /\{[{%#]|\r|\n$/.test(text) || (isBeforeExpression && text.endsWith('{'));
  return isSpecial ? `{{ ${quoted(text)} }}` : text;
}

/** Whether a text of the manifest might be taken for a number, a list, another literal or for nothing by an engine that types what it evaluates. */
export function mayBeTyped(text: string): boolean {
  return text === '' || text.includes('{{') || /^\s*(?:[-+.]?\d|(?:True|False|None)\s*$|['"[({#]|[bBrRuU]{1,2}['"])/.test(text);
}
