import type { buildConnector } from 'undici';
import { delayOptimising, NEVER } from '../lib/wasm-tiering.ts';

type Connect = buildConnector.connector;

let isCompiled = false;

/**
 * The same connector, which keeps V8 from optimising the client's parser of HTTP: that takes 70 ms of CPU time, and what it parses are a few
 * hundred bytes a response. The parser is compiled when the first connection is there.
 */
export function keepParserPlain(connect: Connect): Connect {
  return (options, callback) =>
    connect(options, (...result) => {
      if (!isCompiled && result[0] === null) {
        isCompiled = true;
        setImmediate(delayOptimising(NEVER));
      }
      callback(...result);
    });
}
