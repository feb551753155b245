import { isDeepStrictEqual } from 'node:util';
import type { SeenRequest } from '../../src/testing/analytics-api.ts';
import { errorsOf, lastStateOf, type Result, recordsOf, statusesOf } from './messages.ts';
import type { Expectations, ExpectedRequest } from './scenario.ts';

/** Everything in which a run differs from what is expected of it, a sentence each. */
export function differences(result: Result, requests: readonly SeenRequest[], expected: Expectations): string[] {
  return [
    ...ending(result, expected),
    ...streams(result, expected),
    ...answers(result, expected),
    ...errors(result, expected),
    ...texts(result, expected),
    ...traffic(requests, expected),
  ];
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

function same(what: string, actual: unknown, expected: unknown): string[] {
  return isDeepStrictEqual(actual, expected) ? [] : [`${what} is ${show(actual)}, expected ${show(expected)}`];
}

function contains(what: string, text: string, parts: readonly string[] = []): string[] {
  return parts.filter((part) => !text.includes(part)).map((part) => `${what} lacks ${show(part)}: ${show(text)}`);
}

function ending({ exit, signal, strayLines, seconds }: Result, expected: Expectations): string[] {
  const { least = 0, most = Number.POSITIVE_INFINITY } = expected.seconds ?? {};
  return [
    ...(expected.signal === undefined
      ? same('the exit code', exit ?? signal, expected.exit)
      : same('the signal', signal ?? exit, expected.signal)),
    ...(expected.help === undefined ? strayLines : []).map((line) => `stdout has a line that is no message: ${show(line)}`),
    ...(seconds < least ? [`it took ${seconds.toFixed(1)} s, expected at least ${least} s`] : []),
    ...(seconds > most ? [`it took ${seconds.toFixed(1)} s, expected at most ${most} s`] : []),
  ];
}

function streams(result: Result, { records = {}, data = {}, statuses = {}, state = {} }: Expectations): string[] {
  return [
    ...Object.entries(records).flatMap(([name, count]) => same(`the number of records of ${name}`, recordsOf(result, name).length, count)),
    ...Object.entries(data).flatMap(([name, list]) => same(`the data of ${name}`, recordsOf(result, name), list)),
    ...Object.entries(statuses).flatMap(([name, list]) => same(`the statuses of ${name}`, statusesOf(result, name), list)),
    ...Object.entries(state).flatMap(([name, value]) => same(`the last state of ${name}`, lastStateOf(result, name), value)),
  ];
}

function answers({ messages }: Result, { check, streams: wanted }: Expectations): string[] {
  const found: string[] = [];
  if (check !== undefined) {
    const answer = messages.find(({ type }) => type === 'CONNECTION_STATUS')?.connectionStatus;
    found.push(...same('the connection status', answer?.status, check.status));
    found.push(...contains('the message of the check', answer?.message ?? '', check.message));
  }
  if (wanted !== undefined) {
    const catalog = messages.find(({ type }) => type === 'CATALOG')?.catalog;
    const modes = catalog?.streams.map(({ name, supported_sync_modes }) => [name, supported_sync_modes]) ?? [];
    found.push(...same('the catalog', Object.fromEntries(modes), wanted));
  }
  return found;
}

function errors(result: Result, { error }: Expectations): string[] {
  const [first] = errorsOf(result);
  if (error === undefined) return first === undefined ? [] : [`there is an error that nobody expects: ${show(first.message)}`];
  if (first === undefined) return ['there is no ERROR trace'];
  return [
    ...same('the failure type', first.failure_type, error.type),
    ...contains('the error', first.message, error.message),
    ...(error.stream === undefined ? [] : same('the stream of the error', first.stream_descriptor?.name, error.stream)),
  ];
}

function texts(
  { stdout, stderr, messages }: Result,
  { warnings, stdout: wanted, stderr: said, absent = [], help }: Expectations,
): string[] {
  const logged = messages.flatMap(({ log }) => (log !== undefined && ['WARN', 'ERROR', 'FATAL'].includes(log.level) ? [log.message] : []));
  return [
    ...contains('the warnings', logged.join('\n'), warnings),
    ...contains('stdout', stdout, wanted),
    ...contains('stdout', stdout, help),
    ...contains('stderr', stderr, said),
    ...(said === undefined && stderr !== '' ? [`stderr is not empty: ${show(stderr)}`] : []),
    ...absent.filter((text) => `${stdout}\n${stderr}`.includes(text)).map((text) => `the output has ${show(text)}`),
  ];
}

function traffic(requests: readonly SeenRequest[], { requests: counts = {}, seen = [] }: Expectations): string[] {
  const found = Object.entries(counts).flatMap(([path, count]) => {
    return same(`the number of requests to ${path}`, requests.filter((request) => request.path === path).length, count);
  });
  let from = 0;
  for (const wanted of seen) {
    const at = requests.findIndex((request, index) => index >= from && matches(request, wanted));
    if (at === -1) return [...found, `no request like ${show(wanted)} among ${show(requests.slice(from).map(shown))}`];
    from = at + 1;
  }
  return found;
}

function shown({ method, path, query, body }: SeenRequest): unknown {
  return { method, path, query, body };
}

function matches(request: SeenRequest, { method, path, query = {}, headers = {}, body }: ExpectedRequest): boolean {
  return (
    (method === undefined || request.method === method) &&
    (path === undefined || request.path === path) &&
    Object.entries(query).every(([name, value]) => request.query[name] === value) &&
    Object.entries(headers).every(([name, value]) => request.headers[name.toLowerCase()] === value) &&
    (body === undefined || isDeepStrictEqual(JSON.parse(request.body || 'null'), body))
  );
}
