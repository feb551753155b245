import { readFile } from 'node:fs/promises';
import { dictEntries } from '../lang/dicts.ts';
import {
  type Context,
  createTemplates,
  PythonError,
  repr,
  TemplateError,
  type Templates,
  type TypeName,
  type Value,
} from '../lang/index.ts';
import { isDict } from '../lang/values.ts';
import { parseJson, stringifyJson } from '../lib/json.ts';
import { collectSecrets, createSecrets, type Secrets } from '../lib/secrets.ts';
import { isoParseUtc } from '../lib/time/index.ts';
import { hostValues, parseOrdered } from './eval-context.ts';
import { typedValue } from './typed-values.ts';

/** What `eval` is asked to do: one template with files as its context, or lines of requests. */
export interface EvalArguments {
  readonly template?: string;
  readonly jsonl: boolean;
  /** Paths of JSON files. */
  readonly record?: string;
  readonly config?: string;
  readonly response?: string;
  /** The present as an ISO 8601 text; that of the clock without it. */
  readonly now?: string;
}

/**
 * Runs `eval`, writing its answers through `write`; the result is the exit code. Of one template the secrets of the config are masked as far as names tell
 * them; lines are for programs, which get what they have given.
 */
export async function runEval(
  args: EvalArguments,
  stdin: AsyncIterable<string | Uint8Array>,
  write: (text: string) => void,
): Promise<number> {
  if (args.jsonl) return evaluateLines(stdin, write, args.now);
  if (args.template === undefined) {
    write('Give a template as the argument, or --jsonl and lines on standard input.\n');
    return 2;
  }
  return evaluateOne(args.template, args, write);
}

async function evaluateOne(text: string, args: EvalArguments, write: (text: string) => void): Promise<number> {
  const clock = new EvalClock(args.now);
  const warnings: string[] = [];
  const templates = createTemplates({ now: () => clock.now, warn: (message) => warnings.push(message) });
  const template = templates.compile(text);
  const secrets = createSecrets();
  const tell = (line: string): void => write(`${secrets.redactKnown(line)}\n`);
  try {
    const context = await contextOfFiles(args, secrets);
    const value = template.evaluate(context);
    const { type, value: shown } = typedValue(value);
    tell(`type: ${String(type)}\nvalue: ${typeof shown === 'object' && shown !== null ? repr(value) : stringifyJson(shown)}`);
    const swallowed = template.swallowedError(context);
    if (swallowed) tell(`\n${explanation(swallowed)}`);
    for (const warning of warnings) tell(`\nwarning: ${warning}`);
    return 0;
  } catch (error) {
    tell(messageOf(error));
    return 1;
  }
}

function explanation(error: TemplateError): string {
  const effect = error.type === 'TypeError' ? 'so the template itself is the result' : 'so the result is empty';
  return `Evaluation ends with an error, ${effect}:\n${error.message}`;
}

async function contextOfFiles(args: EvalArguments, secrets: Secrets): Promise<Context> {
  const context: Record<string, Value> = { config: {}, parameters: {} };
  for (const name of ['config', 'record', 'response'] as const) {
    const path = args[name];
    if (path === undefined) continue;
    const text = await readFile(path, 'utf8');
    if (name === 'config') for (const secret of collectSecrets(parseJson(text), {})) secrets.add(secret);
    context[name] = hostValues(parseOrdered(text));
  }
  return context;
}

async function evaluateLines(
  stdin: AsyncIterable<string | Uint8Array>,
  write: (text: string) => void,
  now: string | undefined,
): Promise<number> {
  const clock = new EvalClock(now);
  const templates = createTemplates({ now: () => clock.now });
  for await (const line of linesOf(stdin)) {
    if (line.trim() !== '') write(`${stringifyJson(answer(line, templates, clock))}\n`);
  }
  return 0;
}

async function* linesOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.decode();
}

function answer(line: string, templates: Templates, clock: EvalClock): unknown {
  try {
    const request = parseOrdered(line);
    if (!isDict(request)) throw new PythonError('ValueError', 'a line must be an object');
    return typedValue(evaluateRequest(new Map(dictEntries(request)), templates, clock));
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function evaluateRequest(request: ReadonlyMap<Value, Value>, templates: Templates, clock: EvalClock): Value {
  const now = request.get('now');
  clock.set(typeof now === 'string' ? now : undefined);
  const context = contextOf(request.get('context'));
  const condition = request.get('condition');
  if (typeof condition === 'string' || typeof condition === 'boolean') return templates.condition(condition)(context);
  const text = request.get('template');
  if (typeof text !== 'string') throw new PythonError('ValueError', 'a line needs a "template" or a "condition"');
  const validTypes = request.get('valid_types');
  return templates.compile(text).evaluate(context, {
    default: request.get('default') ?? null,
    ...(Array.isArray(validTypes) ? { validTypes: validTypes as TypeName[] } : {}),
  });
}

function contextOf(value: Value | undefined): Context {
  const variables = value === undefined || value === null ? {} : value;
  if (!isDict(variables)) throw new PythonError('ValueError', 'the "context" must be an object');
  const context: Record<string, Value> = { config: {} };
  for (const [name, item] of dictEntries(variables)) {
    context[String(name)] = hostValues(item);
  }
  return context;
}

function messageOf(error: unknown): string {
  if (error instanceof TemplateError) return error.message;
  if (error instanceof PythonError) return `${error.type}: ${error.message}`;
  if (error instanceof Error) return error.message;
  return String(error);
}

/** The present of evaluations: one that is given, or that of the machine. */
class EvalClock {
  readonly #byDefault: bigint | undefined;
  #given: bigint | undefined;

  constructor(byDefault: string | undefined) {
    this.#byDefault = byDefault === undefined ? undefined : microseconds(byDefault);
    this.#given = this.#byDefault;
  }

  get now(): bigint {
    return this.#given ?? BigInt(Date.now()) * 1000n;
  }

  set(now: string | undefined): void {
    this.#given = now === undefined ? this.#byDefault : microseconds(now);
  }
}

function microseconds(text: string): bigint {
  return isoParseUtc(text).epochMicroseconds();
}
