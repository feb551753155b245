import { TemplateError, type Templates } from '../lang/index.ts';
import { str } from '../lang/text.ts';
import type { JsonObject } from '../lib/json.ts';

/** What a manifest and a config alone give of templates. */
export interface Known {
  readonly templates: Templates;
  readonly config: JsonObject;
  readonly parameters: JsonObject;
}

const OWN_VARIABLES: ReadonlySet<string> = new Set(['config', 'parameters']);
const PIECES = /(\{\{[^{}]*\}\})/;
const COMPLETE_ORIGIN = /^\s*https?:\/\/[^/?#\\]+(?=[/?#])/i;
/** One that may go on, in which case it is another one: `https://api.example.com{{ path }}`. */
const OPEN_ORIGIN = /^\s*https?:\/\/[^/?#\\@]*\w$/i;

/**
 * The beginning of the URL that a template gives, up to its path, when manifest and config alone decide on it; undefined when a slice, a page token
 * or anything else that the API may have named has a part in it, and where the template gives no URL.
 */
export function fixedOrigin(text: string, known: Known): string | undefined {
  const literal = COMPLETE_ORIGIN.exec(text)?.[0];
  if (literal !== undefined && !literal.includes('{')) return literal;
  const whole = knownValue(text, known);
  if (whole !== undefined) return /^\s*https?:\/\//i.test(whole) ? whole : undefined;
  let prefix = '';
  for (const piece of piecesOf(text)) {
    const value = knownPiece(piece, known);
    if (value === undefined) return OPEN_ORIGIN.exec(prefix)?.[0];
    prefix += value;
    const origin = COMPLETE_ORIGIN.exec(prefix)?.[0];
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** The texts and expressions of a template in their order; one piece where it holds statements. */
export function piecesOf(text: string): readonly string[] {
  return /\{[%#]/.test(text) ? [text] : text.split(PIECES).filter((piece) => piece !== '');
}

/** What a piece of a template is printed as; undefined when that depends on more than manifest and config. */
export function knownPiece(piece: string, known: Known): string | undefined {
  if (!piece.includes('{')) return piece;
  return evaluated(piece, known, (template, context) => template.render(context));
}

/** The text of a template's value, with the same condition. */
function knownValue(text: string, known: Known): string | undefined {
  return evaluated(text, known, (template, context) => str(template.evaluateString(context)));
}

type Evaluate = (template: ReturnType<Templates['compile']>, context: { config: JsonObject; parameters: JsonObject }) => string;

function evaluated(text: string, { templates, config, parameters }: Known, evaluate: Evaluate): string | undefined {
  const template = templates.compile(text);
  if (template.error !== undefined || ![...template.variables].every((name) => OWN_VARIABLES.has(name))) return undefined;
  try {
    return evaluate(template, { config, parameters });
  } catch (error) {
    // Whoever asks for the URL itself is told of the mistake.
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}
