import type { Http } from './http.ts';
import type { Run } from './run.ts';

/** The run as the parent of a stream sees it: what it asks is told as asked for a parent, and its slices are nobody's. */
// parity: parsers/model_to_component_factory.py:create_parent_stream_config_with_substream_wrapper
export function parentRun(run: Run): Run {
  const { observer } = run;
  if (observer === undefined) return run;
  const http: Http = {
    ...run.http,
    send: (exchange) =>
      run.http.send(
        exchange.purpose === undefined ? exchange : { ...exchange, purpose: { ...exchange.purpose, ofParent: true, auxiliary: true } },
      ),
  };
  return { ...run, http, observer: { ...observer, slice() {} } };
}
