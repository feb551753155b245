import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../src/lib/json.ts';
import { isPlainObject } from '../../src/lib/objects.ts';
import { findLeaks } from '../leaks.ts';
import type { ChaosStream } from './streams.ts';

/** A line of stdout, as far as the judge looks at it. */
interface Message {
  readonly type: string;
  readonly record?: { readonly stream: string; readonly data: JsonObject };
  readonly state?: {
    readonly stream: { readonly stream_descriptor: { readonly name: string }; readonly stream_state: JsonObject };
    readonly sourceStats?: { readonly recordCount: number };
  };
  readonly control?: { readonly connectorConfig?: { readonly config: JsonObject } };
  readonly trace?: {
    readonly type: string;
    readonly error?: {
      readonly stream_descriptor?: { readonly name: string };
      readonly message: string;
      readonly internal_message?: string;
    };
  };
}

/** Follows all runs of one course: which rows arrived, which of them a state covers, and what is wrong. */
export interface Judge {
  /** Takes the whole lines of one run. */
  take(lines: readonly string[]): void;
  /** Looks for secrets in what a run wrote. */
  checkSecrets(stdout: string, stderr: string, secrets: Iterable<string>): void;
  /** The states to go on from, as a state file holds them. */
  readonly states: readonly JsonObject[];
  /** The config that the connector asked to be kept; undefined when it did not. */
  readonly config: JsonObject | undefined;
  /** ERROR traces of the last run. */
  readonly errors: readonly string[];
  /** Rows that came again, of streams with a cursor. */
  readonly duplicates: number;
  readonly rows: number;
  readonly problems: readonly string[];
  /** Says what is missing at the end. */
  finish(): void;
}

interface Followed {
  readonly stream: ChaosStream;
  readonly byId: ReadonlyMap<string, JsonObject>;
  /** Rows before a state that was printed: whoever goes on from it has them. */
  readonly safe: Set<string>;
  /** Rows since the last state of the present run. */
  readonly since: Set<string>;
  countSince: number;
  state: JsonObject | undefined;
}

/** A judge of the streams. */
export function createJudge(streams: readonly ChaosStream[]): Judge {
  const followed = new Map(
    streams.map((stream): [string, Followed] => [
      stream.name,
      {
        stream,
        byId: new Map(stream.rows.map((row) => [String(row['id']), row])),
        safe: new Set(),
        since: new Set(),
        countSince: 0,
        state: undefined,
      },
    ]),
  );
  const problems: string[] = [];
  let errors: string[] = [];
  let config: JsonObject | undefined;
  let [duplicates, rows] = [0, 0];

  function takeRecord({ stream: name, data }: NonNullable<Message['record']>): void {
    const { stream, byId, safe, since } = followed.get(name) as Followed;
    const id = String(data['id']);
    const expected = byId.get(id);
    if (expected === undefined) problems.push(`${name}: a row that the API does not have: ${JSON.stringify(data).slice(0, 200)}`);
    else if (!isDeepStrictEqual(data, expected)) problems.push(`${name}: the row ${id} is not as the API has it.`);
    rows += 1;
    if (stream.sort.incremental && (safe.has(id) || since.has(id))) duplicates += 1;
    since.add(id);
  }

  function takeState({ stream: { stream_descriptor, stream_state }, sourceStats }: NonNullable<Message['state']>): void {
    const known = followed.get(stream_descriptor.name) as Followed;
    if (sourceStats?.recordCount !== known.countSince) {
      problems.push(`${stream_descriptor.name}: a state counts ${sourceStats?.recordCount} records after ${known.countSince}.`);
    }
    for (const id of known.since) known.safe.add(id);
    known.since.clear();
    known.countSince = 0;
    known.state = stream_state;
    const ahead = known.stream.rows.filter((row) => covers(known.stream, stream_state, row) && !known.safe.has(String(row['id'])));
    if (ahead.length > 0) {
      problems.push(
        `${stream_descriptor.name}: a state is ahead of ${ahead.length} rows, the first being ${ahead[0]?.['id']}: ${JSON.stringify(stream_state).slice(0, 300)}`,
      );
    }
  }

  function takeMessage(message: Message): void {
    if (message.record !== undefined) {
      (followed.get(message.record.stream) as Followed).countSince += 1;
      takeRecord(message.record);
    } else if (message.state !== undefined) takeState(message.state);
    else if (message.control?.connectorConfig !== undefined) config = message.control.connectorConfig.config;
    else if (message.trace?.error !== undefined) {
      const { stream_descriptor: stream, message: text, internal_message: internal } = message.trace.error;
      errors.push(`${stream?.name ?? ''}: ${text}`);
      if (/unexpected error/.test(text)) problems.push(`An error says nothing to its reader: ${text} ${internal}`);
    }
  }

  return {
    take(lines) {
      errors = [];
      for (const known of followed.values()) {
        // What came after the last state of the run before is given up, as a destination may do.
        known.since.clear();
        known.countSince = 0;
      }
      for (const line of lines) {
        const message = parse(line);
        if (message === undefined) problems.push(`A line is no message: ${line.slice(0, 200)}`);
        else takeMessage(message);
      }
    },
    checkSecrets(stdout, stderr, secrets) {
      const lines = stdout.split('\n').filter((line) => !line.startsWith('{"type":"CONTROL"') && !line.startsWith('{"type":"RECORD"'));
      for (const leak of findLeaks(`${lines.join('\n')}\n${stderr}`, secrets)) problems.push(`A secret is in the output: ${leak}`);
    },
    get states() {
      return [...followed].flatMap(([name, { state }]) =>
        state === undefined ? [] : [{ type: 'STREAM', stream: { stream_descriptor: { name }, stream_state: state } }],
      );
    },
    get config() {
      return config;
    },
    get errors() {
      return errors;
    },
    get duplicates() {
      return duplicates;
    },
    get rows() {
      return rows;
    },
    problems,
    finish() {
      for (const [name, { stream, safe }] of followed) {
        const missing = stream.rows.filter((row) => !safe.has(String(row['id'])));
        if (missing.length > 0) problems.push(`${name}: ${missing.length} rows never arrived, the first being ${missing[0]?.['id']}.`);
      }
    },
  };
}

function parse(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}

/** Whether a state says that a row need not be read any more. */
export function covers({ sort }: ChaosStream, state: JsonObject, row: JsonObject): boolean {
  if (!sort.incremental) return false;
  const at = String(row['updated_at']);
  if (sort.partitionOf === undefined) return coversTime(state, at);
  const states = Array.isArray(state['states']) ? (state['states'] as JsonObject[]) : [];
  const own = states.find(({ partition }) => isPlainObject(partition) && partition['parent'] === sort.partitionOf?.(row));
  if (own !== undefined) return coversTime(own['cursor'] as JsonObject, at);
  const common = state['state'];
  return isPlainObject(common) && coversTime(common as JsonObject, at);
}

function coversTime(state: JsonObject, at: string): boolean {
  const reached = state['updated_at'];
  if (typeof reached === 'string') return at < reached;
  const slices = Array.isArray(state['slices']) ? (state['slices'] as JsonObject[]) : [];
  return slices.some(({ start, end, most_recent_cursor_value: latest }) => at >= String(start) && at < String(latest ?? end));
}
