import { SystemError } from '../protocol/failure.ts';
import type { Run } from './run.ts';

/** Warns, once, that a stream seems to end before it was read; throws SystemError where the guard `suspicious_end` says so. */
export function reportSuspiciousEnd(run: Run, streamName: string, what: string): void {
  const message = `Stream ${streamName}: ${what}`;
  if (run.guards.of(streamName).suspicious_end === 'fail')
    throw new SystemError(`${message} If this is right: --guard ${streamName}.suspicious_end=warn.`);
  run.shared.once(message, () => run.log.warn(message));
}
