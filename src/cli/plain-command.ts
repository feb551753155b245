import { components } from '../components/index.ts';
import { createRegistry } from '../engine/registry.ts';
import { createSecrets } from '../lib/secrets.ts';
import { createLog } from '../protocol/log.ts';
import type { OutgoingMessage } from '../protocol/messages.ts';
import type { Output } from '../protocol/output.ts';
import { unlessStalled } from '../protocol/stalled.ts';
import { endOnStrayErrors } from '../protocol/stray-errors.ts';
import type { CommandOptions } from './program.ts';
import type { Session } from './session.ts';

/** Where a command writes that is for people rather than for a platform: its answer, and what they should know. */
export interface PlainTexts {
  write(text: string): void;
  tell(text: string): void;
}

/** Runs a command whose answer is no Airbyte message: warnings and the error that ends it, with exit code 1, are told in plain words. */
export async function runPlainCommand(
  options: CommandOptions,
  tell: PlainTexts['tell'],
  body: (session: Session) => Promise<void>,
): Promise<number> {
  const secrets = createSecrets();
  const output = tellingOutput((text) => tell(secrets.redact(text)));
  const log = createLog(output, { debug: options.debug === true });
  const closers: (() => void)[] = [];
  const tellError = (error: unknown): void => tell(secrets.redact(error instanceof Error ? error.message : String(error)));
  const unwatch = endOnStrayErrors(tellError);
  try {
    const session: Session = { output, log, secrets, options, registry: createRegistry(components), onEnd: (close) => closers.push(close) };
    await unlessStalled('command', body(session));
    return 0;
  } catch (error) {
    tellError(error);
    return 1;
  } finally {
    unwatch();
    for (const close of closers) close();
  }
}

/** Takes messages and tells the logs among them that are of use. */
function tellingOutput(tell: PlainTexts['tell']): Output {
  return {
    recordWriter: () => {
      throw new Error('a command for people writes no records');
    },
    message(sent: OutgoingMessage) {
      if (sent.type === 'LOG' && sent.log.level !== 'INFO') tell(`${sent.log.level.toLowerCase()}: ${sent.log.message}`);
    },
    drained: async () => {},
    flush: () => {},
    end: async () => {},
  };
}
