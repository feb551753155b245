import type { Http } from './http.ts';
import type { Run } from './run.ts';

/** The run as streams see it that were made of answers of the API: what they declare names no host, only the manifest and the config do. */
export function distrustingRun(run: Run): Run {
  const http: Http = { ...run.http, send: (exchange) => run.http.send({ ...exchange, named: () => undefined }) };
  return { ...run, http };
}
