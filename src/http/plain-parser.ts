import type { buildConnector } from 'undici';

type Connect = buildConnector.connector;

/** What a function of WebAssembly may run before V8 optimises it: as much as there is, and V8's default. */
const NEVER = 2_000_000_000;
const USUAL = 13_000_000;
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
        allowTiering(NEVER);
        setImmediate(allowTiering, USUAL);
      }
      callback(...result);
    });
}

/** The flags must be as they were when code is loaded that was stored compiled: V8 takes it for the same flags only. */
function allowTiering(budget: number): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(`--wasm-tiering-budget=${budget}`);
}
