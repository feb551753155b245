import { parseJson, stringifyJson } from '../lib/json.ts';
import { ConfigError, SystemError, TransientError } from '../protocol/failure.ts';
import { RequestOptions } from './request-options.ts';
import { StreamSlice } from './stream-slice.ts';

/** What custom components need of the engine at run time, since they cannot import it. */
export const authoringTools = { ConfigError, TransientError, SystemError, StreamSlice, RequestOptions, parseJson, stringifyJson } as const;

export type AuthoringTools = typeof authoringTools;
