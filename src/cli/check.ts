import { components } from '../components/index.ts';
import type { Limits } from '../engine/run.ts';
import { TemplateError, TemplateSyntaxError } from '../lang/errors.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { ConnectionStatus } from '../protocol/messages.ts';
import { StalledError, unlessStalled } from '../protocol/stalled.ts';
import { type Connector, explainError, inManifest, requireConnector } from './connector.ts';
import { openConnector } from './open-connector.ts';
import type { CommandOptions } from './program.ts';
import { runCommand, type Session } from './session.ts';

/** Prints the CONNECTION_STATUS message; a connection that does not work is a result, not an error. */
export function runCheck(options: CommandOptions): Promise<number> {
  return runCommand(options, components, async (session) => {
    const connector = await requireConnector(session);
    const tell = (connectionStatus: ConnectionStatus): void => {
      if (connectionStatus.status === 'SUCCEEDED') session.log.info('Check succeeded');
      else session.log.error('Check failed');
      session.output.message({ type: 'CONNECTION_STATUS', connectionStatus });
    };
    try {
      tell(await inManifest(connector, () => unlessStalled('run', checkConnection(session, connector))));
    } catch (error) {
      if (error instanceof StalledError) tell({ status: 'FAILED', message: error.message });
      throw error;
    }
    return 0;
  });
}

/** Tries whether a config works; throws for what is neither the user's nor the API's to mend. */
export async function checkConnection(session: Session, connector: Connector, limits?: Limits): Promise<ConnectionStatus> {
  try {
    const opened = await openConnector(session, connector, { ...limits, isAwaited: true });
    opened.validate();
    const source = opened.source();
    const { check } = source;
    const { overrides = {} } = check;
    const asked = Object.keys(overrides).length === 0 ? source : opened.source(overrides);
    // A template that can be read and not be evaluated is a reason why the connection does not work.
    const reason = await check.check(asked).catch(async (error: unknown) => {
      throw error instanceof TemplateError && !(error.cause instanceof TemplateSyntaxError) ? await explainError(connector, error) : error;
    });
    return reason === undefined ? { status: 'SUCCEEDED' } : { status: 'FAILED', message: reason };
  } catch (error) {
    if (error instanceof ConfigError) return { status: 'FAILED', message: error.message };
    throw error;
  }
}
