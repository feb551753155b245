import { createTransport } from '../http/transport.ts';
import { notificationOf, postNotification, runNotifyCommand } from '../operations/notify.ts';
import type { RunSummary } from '../operations/summary.ts';
import { guardOf } from './requests.ts';
import type { Session } from './session.ts';

/** Who is told of failures and unusual volumes. */
export interface Receivers {
  readonly notifyUrl: string | undefined;
  readonly notifyCommand: string | undefined;
}

/** Tells the receivers of a run that failed or was unusual; a receiver that cannot be told is worth a warning. */
export async function notifyOfRun(
  { secrets, log, options }: Session,
  { notifyUrl, notifyCommand }: Receivers,
  summary: RunSummary,
): Promise<void> {
  const notification = notificationOf(summary);
  if (notification === undefined) return;
  const tell = async (receiver: string, telling: () => Promise<void>): Promise<void> => {
    try {
      await telling();
    } catch (error) {
      log.warn(`The ${receiver} could not be notified: ${secrets.redact((error as Error).message)}`);
    }
  };
  if (notifyUrl !== undefined) {
    const transport = createTransport({ connections: 1, redact: secrets.redact, ...guardOf(options, process.env) });
    await tell('webhook', () => postNotification(transport.send, notifyUrl, notification));
    await transport.close();
  }
  if (notifyCommand !== undefined) await tell('notification command', () => runNotifyCommand(notifyCommand, notification));
}
