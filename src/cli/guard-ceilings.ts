import { DEFAULT_GUARDS, type GuardCeilings } from '../engine/guards.ts';
import type { CommandOptions } from './program.ts';

/** The environment variable that tells a process of `serve` how many megabytes its request may take. */
export const REQUEST_MEMORY = 'SOURCE_DECLARATIVE_REQUEST_MEMORY_MB';

/** Whether the connector runs in a cloud, for authors that its operator does not know. */
export function isCloud({ cloud }: Pick<CommandOptions, 'cloud'>, environment: NodeJS.ProcessEnv): boolean {
  return cloud === true || environment['DEPLOYMENT_MODE']?.toLowerCase() === 'cloud';
}

/** The bounds that a manifest cannot lift: a share of the request's memory in `serve`, the defaults in a cloud. */
export function guardCeilings(options: Pick<CommandOptions, 'cloud'>, environment: NodeJS.ProcessEnv): GuardCeilings {
  const { max_response_bytes, max_expansion, custom_code_seconds, custom_code_megabytes } = DEFAULT_GUARDS;
  const megabytes = Number(environment[REQUEST_MEMORY]);
  // A response is held as bytes, as text and as values.
  if (megabytes > 0)
    return {
      max_response_bytes: Math.min(max_response_bytes, (megabytes * 1024 * 1024) / 4),
      max_expansion,
      custom_code_seconds,
      custom_code_megabytes: Math.min(custom_code_megabytes, megabytes / 2),
    };
  return isCloud(options, environment) ? { max_response_bytes, max_expansion, custom_code_seconds, custom_code_megabytes } : {};
}
