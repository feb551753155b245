import type { AnyComponent } from '../engine/component.ts';
import type { RunObserver } from '../engine/observer.ts';
import { createRegistry, type Registry } from '../engine/registry.ts';
import { transportFailure } from '../engine/transport-failure.ts';
import { TransportError } from '../http/errors.ts';
import { createSecrets, type Secrets } from '../lib/secrets.ts';
import { ManifestError } from '../manifest/errors.ts';
import { ConfigError, errorTrace } from '../protocol/failure.ts';
import { createLog, debugWanted, type Log } from '../protocol/log.ts';
import { type StreamDescriptor, streamStatus } from '../protocol/messages.ts';
import { createOutput, type Output } from '../protocol/output.ts';
import { endOnSignals } from '../protocol/signals.ts';
import { unlessStalled } from '../protocol/stalled.ts';
import { endOnStrayErrors } from '../protocol/stray-errors.ts';
import { watchOutput } from '../protocol/watch-output.ts';
import type { CommandOptions } from './program.ts';
import type { World } from './world.ts';

/** What every command works with. */
export interface Session {
  readonly output: Output;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly options: CommandOptions;
  readonly registry: Registry;
  /** Has something given back when the command ends, by a signal too. */
  readonly onEnd: (close: () => void) => void;
  /** What stands between the engine and the outside; absent where nothing does. */
  readonly world?: World;
  /** Watches what the command does; absent unless it is a test read. */
  readonly observer?: RunObserver | undefined;
}

/** Makes the output of a command; `redact` masks the secrets of a text. */
export type MakeOutput = (redact: (text: string) => string) => Output;

const messagesOnStdout: MakeOutput = (redact) => createOutput({ now: Date.now, redact });

/** Runs a command: an error becomes one ERROR trace and exit code 1, and all output is written before the end. */
export async function runCommand(
  options: CommandOptions,
  components: readonly AnyComponent[],
  body: (session: Session) => Promise<number>,
  makeOutput: MakeOutput = messagesOnStdout,
): Promise<number> {
  const secrets = createSecrets();
  const open = new Map<string, StreamDescriptor>();
  const output = watchOutput(makeOutput(secrets.redact), {
    status(stream, status) {
      const key = JSON.stringify([stream.namespace, stream.name]);
      if (status === 'STARTED' || status === 'RUNNING') open.set(key, stream);
      else open.delete(key);
    },
  });
  const log = createLog(output, { debug: options.debug === true || debugWanted(process.env) });
  const closers: (() => void)[] = [];
  const closeAll = (): void => {
    for (const close of closers.splice(0)) close();
  };
  const release = endOnSignals(output, { beforeEnd: closeAll });
  const unwatch = endOnStrayErrors(async (error) => {
    output.message(errorTrace(forUser(error)));
    for (const stream of open.values()) output.message(streamStatus(stream, 'INCOMPLETE'));
    closeAll();
    await output.end();
  });
  try {
    const session: Session = { output, log, secrets, options, registry: createRegistry(components), onEnd: (close) => closers.push(close) };
    return await unlessStalled('command', body(session));
  } catch (error) {
    output.message(errorTrace(forUser(error)));
    return 1;
  } finally {
    closeAll();
    await output.end();
    unwatch();
    await release();
  }
}

/** A mistake of the manifest, as its user is told. */
export class InvalidManifest extends ConfigError {}

/** Errors of the manifest are the user's to mend; what breaks below HTTP says so itself. */
export function forUser(error: unknown): unknown {
  if (error instanceof TransportError) return transportFailure(error);
  if (error instanceof ManifestError) return new InvalidManifest(error.message, { cause: error });
  return error;
}
