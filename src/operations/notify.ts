import type { Send } from '../http/transport.ts';
import { countText } from '../lib/count-text.ts';
import { stringifyJson } from '../lib/json.ts';
import type { RunSummary } from './summary.ts';

/** What is told when a run fails or is unusual; `text` is what chats show. */
export interface Notification {
  readonly event: 'failure' | 'anomaly';
  readonly text: string;
  readonly summary: RunSummary;
}

/** The longest that a receiver may take, in milliseconds. */
const PATIENCE = 30_000;

/** The notification of a run; undefined when there is nothing to tell. */
export function notificationOf(summary: RunSummary): Notification | undefined {
  const { status, command, errors, anomalies, streams, records } = summary;
  if (status === 'SUCCEEDED' && anomalies.length === 0) return undefined;
  const event = status === 'FAILED' ? 'failure' : 'anomaly';
  const failed = streams.filter((stream) => stream.status !== 'COMPLETE').map(({ name }) => name);
  const head = event === 'failure' ? `${command} failed${failed.length > 0 ? ` (${failed.join(', ')})` : ''}` : `${command} was unusual`;
  const lines = [`source-declarative: ${head}, ${countText(records)} records read.`, ...errors, ...anomalies];
  return { event, text: lines.join('\n'), summary };
}

/** Posts a notification as JSON; rejects with an Error that says what is wrong with the answer. */
export async function postNotification(send: Send, url: string, notification: Notification): Promise<void> {
  const request = { method: 'POST', url, headers: { 'Content-Type': 'application/json' }, body: stringifyJson(notification) };
  const response = await send(request, { connectTimeoutMs: PATIENCE, readTimeoutMs: PATIENCE });
  response.discard();
  if (!response.ok) throw new Error(`it answered with HTTP status ${response.status}`);
}

/** Runs a shell command that gets a notification as JSON on its standard input; its output goes to stderr. Rejects when it fails. */
export async function runNotifyCommand(command: string, notification: Notification): Promise<void> {
  const { spawn } = await import('node:child_process');
  const environment = { ...process.env, NOTIFICATION_EVENT: notification.event, NOTIFICATION_TEXT: notification.text };
  const child = spawn(command, { shell: true, stdio: ['pipe', 2, 2], env: environment, timeout: PATIENCE });
  // A command that does not read its input is no failure.
  child.stdin?.on('error', () => {}).end(stringifyJson(notification));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, killedBy) => resolve([exitCode, killedBy]));
  });
  if (code !== 0) throw new Error(code === null ? `it was ended by ${signal}` : `its exit code was ${code}`);
}
