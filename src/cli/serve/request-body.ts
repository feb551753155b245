import * as z from 'zod/mini';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';

/** What is wrong with a request's body, as the manifest server's clients know it. */
export interface BodyProblem {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** Characters of a text that an answer may repeat: as many as a number has. */
const LONGEST_SHOWN = 32;

/** Keys whose values may hold secrets, so that they are not repeated in an answer. */
const PRIVATE = new Set(['manifest', 'config', 'custom_components_code', 'state']);

const object = <T = JsonObject>() => z.custom<T>((value) => isPlainObject(value), { params: problemOf('model_attributes_type') });
const text = () => z.custom<string>((value) => typeof value === 'string', { params: problemOf('string_type') });
const list = () => z.custom<Json[]>((value) => Array.isArray(value), { params: problemOf('list_type') });

/** A whole number within bounds; texts of digits, `5.0` and booleans count as numbers, as they do for the reference's server. */
function limit(fallback: number, most: number) {
  return z._default(
    z.pipe(
      z.transform((value: unknown, context) => {
        const refuse = (type: ProblemType, ctx?: Readonly<Record<string, number>>): never => {
          context.issues.push({ code: 'custom', input: value, params: problemOf(type, ctx) });
          return z.NEVER;
        };
        const number =
          value instanceof Float ? value.value : typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : value;
        if (typeof number === 'string' && !/^\s*[+-]?\d+(?:\.0*)?\s*$/.test(number)) return refuse('int_parsing');
        if (typeof number !== 'string' && typeof number !== 'number') return refuse('int_type');
        const whole = Number(number);
        if (!Number.isInteger(whole)) return refuse('int_from_float');
        if (whole < 1) return refuse('greater_than_equal', { ge: 1 });
        return whole > most ? refuse('less_than_equal', { le: most }) : whole;
      }),
      z.number(),
    ),
    fallback,
  );
}

const context = z.optional(
  z.nullable(
    z.pipe(
      object<Record<string, unknown> & { workspace_id?: string | null | undefined; project_id?: string | null | undefined }>(),
      z.looseObject({ workspace_id: z.optional(z.nullable(text())), project_id: z.optional(z.nullable(text())) }),
    ),
  ),
);

/** The bodies of the requests, by the last word of their paths. parity: manifest_server/api_models/manifest.py */
export const requestBodies = {
  test_read: z.looseObject({
    manifest: object(),
    config: object(),
    stream_name: text(),
    state: z._default(list(), []),
    custom_components_code: z.optional(z.nullable(text())),
    record_limit: limit(100, 5000),
    page_limit: limit(5, 20),
    slice_limit: limit(5, 20),
    context,
  }),
  check: z.looseObject({ manifest: object(), config: object(), context }),
  discover: z.looseObject({ manifest: object(), config: object(), context }),
  resolve: z.looseObject({ manifest: object(), context }),
  full_resolve: z.looseObject({ manifest: object(), config: object(), stream_limit: limit(100, 100), context }),
};

/** The words that the paths of requests end with. */
export type Operation = keyof typeof requestBodies;

/** The body of a request once it is checked. */
export type RequestBody<Name extends Operation> = z.output<(typeof requestBodies)[Name]>;

/** A body that was checked, or all that is wrong with it. */
export type CheckedBody<Name extends Operation> = { readonly body: RequestBody<Name> } | { readonly problems: readonly BodyProblem[] };

/** Checks the body of a request. */
export function checkBody<Name extends Operation>(operation: Name, value: unknown): CheckedBody<Name> {
  if (!isPlainObject(value)) return { problems: [{ ...MESSAGES.model_attributes_type, loc: ['body'], input: shown(value) }] };
  const result = z.safeParse(requestBodies[operation], value);
  if (result.success) return { body: result.data as RequestBody<Name> };
  return { problems: result.error.issues.map((issue) => bodyProblem(issue, value)) };
}

/** The problem of a body that is no JSON, or none at all. */
export function unreadableBody(text: string, error: SyntaxError): BodyProblem {
  if (text.trim() === '') return { type: 'missing', loc: ['body'], msg: 'Field required', input: null };
  const position = Number(/position (\d+)/.exec(error.message)?.[1] ?? text.length);
  const reason = position >= text.trimEnd().length ? 'The JSON ends too early' : 'An unexpected character';
  return { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: {}, ctx: { error: reason } };
}

type ProblemType = keyof typeof MESSAGES;

const MESSAGES = {
  missing: { type: 'missing', msg: 'Field required' },
  model_attributes_type: {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  },
  string_type: { type: 'string_type', msg: 'Input should be a valid string' },
  list_type: { type: 'list_type', msg: 'Input should be a valid list' },
  int_type: { type: 'int_type', msg: 'Input should be a valid integer' },
  int_parsing: { type: 'int_parsing', msg: 'Input should be a valid integer, unable to parse string as an integer' },
  int_from_float: { type: 'int_from_float', msg: 'Input should be a valid integer, got a number with a fractional part' },
  greater_than_equal: { type: 'greater_than_equal', msg: 'Input should be greater than or equal to 1' },
  less_than_equal: { type: 'less_than_equal', msg: 'Input should be less than or equal to ' },
} as const;

/** What an issue must tell to become a problem. */
interface Told {
  readonly problem: ProblemType;
  readonly ctx?: Readonly<Record<string, number>> | undefined;
}

function problemOf(problem: ProblemType, ctx?: Readonly<Record<string, number>>): Told & Record<string, unknown> {
  return { problem, ctx };
}

function bodyProblem(issue: z.core.$ZodIssue, body: Record<string, unknown>): BodyProblem {
  const path = issue.path as (string | number)[];
  const loc = ['body', ...path];
  const input = path.reduce<unknown>((value, step) => (isPlainObject(value) ? ownProperty(value, String(step)) : undefined), body);
  if (input === undefined) return { ...MESSAGES.missing, loc, input: {} };
  const { problem, ctx } = ((issue as { params?: Told }).params ?? { problem: 'model_attributes_type' }) as Told;
  const { type, msg } = MESSAGES[problem];
  const told = {
    type,
    loc,
    msg: ctx?.['le'] === undefined ? msg : `${msg}${ctx['le']}`,
    input: PRIVATE.has(String(path[0])) ? null : shown(input),
  };
  return ctx === undefined ? told : { ...told, ctx };
}

/** A value as an answer may repeat it: what it holds stays with the client, since it may be secret, as does a long text. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value === 'string' && value.length > LONGEST_SHOWN) return null;
  return isPlainObject(value) ? {} : value;
}
