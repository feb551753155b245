import type { Send } from '../http/transport.ts';
import { countText } from '../lib/count-text.ts';
import { stringifyJson } from '../lib/json.ts';
import { showControls } from '../lib/visible-text.ts';
import type { RunSummary } from './summary.ts';

/** What is told when a run fails or is unusual; `text` is what chats show. */
export interface Notification {
  readonly event: 'failure' | 'anomaly';
  readonly text: string;
  readonly summary: RunSummary;
}

/** The longest that a webhook may take, in milliseconds. */
const PATIENCE = 30_000;
/** The longest that a command may take, in milliseconds, and what it gets to end by itself when it is told to. */
const COMMAND_PATIENCE = { run: 10_000, end: 2_000 };
/** The longest text, in characters, that goes into an environment variable; systems refuse to start a command with more than 128 kB. */
const LONGEST_VARIABLE = 8_000;

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

/** How long a command may take, in milliseconds, and how long until its end once it is told to end. */
export type CommandPatience = typeof COMMAND_PATIENCE;

/**
 * Runs a shell command that gets a notification as JSON on its standard input; its output goes to stderr. Rejects when it fails. One that
 * hangs is ended with all that it has started.
 */
export async function runNotifyCommand(
  command: string,
  notification: Notification,
  patience: CommandPatience = COMMAND_PATIENCE,
): Promise<void> {
  const { spawn } = await import('node:child_process');
  const environment = {
    ...process.env,
    NOTIFICATION_EVENT: notification.event,
    NOTIFICATION_TEXT: variableText(notification.text),
  };
  // In a process group of its own, so that a signal reaches what the shell has started too.
  const detached = process.platform !== 'win32';
  const child = spawn(command, { shell: true, stdio: ['pipe', 2, 2], env: environment, detached });
  // A command that does not read its input is no failure.
  child.stdin?.on('error', () => {}).end(showControls(stringifyJson(notification)));
  const send = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined) signalAll(detached ? -child.pid : child.pid, signal);
  };
  const timers = [setTimeout(send, patience.run, 'SIGTERM'), setTimeout(send, patience.run + patience.end, 'SIGKILL')];
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      // Not `close`, which waits for the standard input that a process in the background may hold open.
      child.once('exit', (exitCode, killedBy) => resolve([exitCode, killedBy]));
    });
    if (code !== 0) throw new Error(code === null ? `it was ended by ${signal}` : `its exit code was ${code}`);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    child.stdin?.destroy();
  }
}

/** Sends a signal to a process or a group; that it has ended already is fine. */
function signalAll(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A text as an environment variable takes it: cut, and without NUL. */
function variableText(text: string): string {
  const clean = text.replaceAll('\0', '');
  return clean.length <= LONGEST_VARIABLE ? clean : `${clean.slice(0, LONGEST_VARIABLE)}...`;
}
