import type { Ended } from './connector.ts';

/** A message of the connector, of which tests look at parts. */
export interface Message {
  readonly type: string;
  readonly log?: { level: string; message: string };
  readonly spec?: { connectionSpecification: unknown };
  readonly connectionStatus?: { status: string; message?: string };
  readonly catalog?: { streams: CatalogStream[] };
  readonly record?: { stream: string; data: unknown };
  readonly state?: {
    type: string;
    stream: { stream_descriptor: { name: string }; stream_state: unknown };
    sourceStats: { recordCount: number };
  };
  readonly trace?: {
    type: string;
    error?: { message: string; failure_type: string; stream_descriptor?: { name: string } };
    stream_status?: { stream_descriptor: { name: string }; status: string };
  };
}

interface CatalogStream {
  name: string;
  supported_sync_modes: string[];
}

/** A run of the connector with its output taken apart. */
export interface Result extends Ended {
  readonly messages: readonly Message[];
  /** Lines of stdout that are no message. */
  readonly strayLines: readonly string[];
}

/** Takes the output of a run apart; a line without an end counts as one only where the reader stayed to the end. */
export function readResult(ended: Ended, readToEnd = true): Result {
  const messages: Message[] = [];
  const strayLines: string[] = [];
  const lines = ended.stdout.split('\n');
  if (!readToEnd) lines.pop();
  for (const line of lines) {
    if (line === '') continue;
    const message = messageOf(line);
    if (message === undefined) strayLines.push(line);
    else messages.push(message);
  }
  return { ...ended, messages, strayLines };
}

function messageOf(line: string): Message | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && 'type' in value ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** The data of a stream's records. */
export function recordsOf({ messages }: Result, stream: string): unknown[] {
  return messages.flatMap(({ record }) => (record?.stream === stream ? [record.data] : []));
}

/** The statuses of a stream. */
export function statusesOf({ messages }: Result, stream: string): string[] {
  return messages.flatMap(({ trace }) => (trace?.stream_status?.stream_descriptor.name === stream ? [trace.stream_status.status] : []));
}

/** The last state of each stream, as a state file holds it. */
export function lastStates({ messages }: Result): unknown[] {
  const byStream = new Map<string, unknown>();
  for (const { state } of messages) if (state !== undefined) byStream.set(state.stream.stream_descriptor.name, state);
  return [...byStream.values()];
}

/** The last state of a stream; undefined when it has none. */
export function lastStateOf({ messages }: Result, stream: string): unknown {
  return messages.findLast(({ state }) => state?.stream.stream_descriptor.name === stream)?.state?.stream.stream_state;
}

/** What the ERROR traces say. */
export function errorsOf({ messages }: Result): NonNullable<NonNullable<Message['trace']>['error']>[] {
  return messages.flatMap(({ trace }) => (trace?.error === undefined ? [] : [trace.error]));
}
