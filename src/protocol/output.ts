import { writeSync } from 'node:fs';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { escapeLineSeparators, hasLineSeparator } from '../lib/line-separators.ts';
import { setOwnProperty } from '../lib/objects.ts';
import { showControls } from '../lib/visible-text.ts';
import {
  descriptorOf,
  type FileReference,
  type Message,
  type OutgoingMessage,
  type StateMessage,
  type StreamDescriptor,
} from './messages.ts';
import { createSink } from './sink.ts';

/** As large as a pipe, so that an empty one takes a whole buffer at once. */
const BUFFER_SIZE = 64 * 1024;
/** The longest, in milliseconds, that a line stays in the buffer while the process is idle. */
const FLUSH_DELAY = 100;
/** A UTF-16 code unit takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

const NOTHING = Buffer.alloc(0);
const MESSAGE_END = Buffer.from('\n');
const RECORD_END = Buffer.from('}}\n');
const RESOLVED = Promise.resolve();
/** What stands for a float while its record is written. */
const PLACE = `float ${Math.random()} ${Math.random()}`;
const PLACE_JSON = JSON.stringify(PLACE);

/** Writes records that are lines already. */
export interface LineWriter {
  /** What the line of a record begins with, up to its data, at this moment. */
  prefix(): Uint8Array;
  /** Writes whole lines, each begun by the prefix; the bytes may change afterwards. */
  write(lines: Uint8Array, count: number): void;
}

/** Writes the records and the states of one stream. */
export interface RecordWriter {
  /** Records written so far. */
  readonly count: number;
  /** Writes a record without its top-level nulls, and the file that belongs to it; the record itself stays as it is. */
  write(record: JsonObject, file?: FileReference): void;
  /** Takes records as whole lines; absent where they are wanted as values. */
  readonly lines?: LineWriter;
  /** Writes the stream's state, with the number of records since its last one. */
  state(streamState: JsonObject): void;
}

/** The one way to stdout: Airbyte messages, one JSON object a line, in the order in which they are handed over. */
export interface Output {
  /** The writer of a stream; the same one for the same stream, however often it is asked for. */
  recordWriter(stream: StreamDescriptor): RecordWriter;
  /** Writes any other message; texts meant for people are redacted, traces and controls get their time. */
  message(message: OutgoingMessage): void;
  /** Resolves when the reader has taken what it had no room for; to be awaited once a page. */
  drained(): Promise<void>;
  /** Hands the buffered lines to the system now, as far as it takes them. */
  flush(): void;
  /** Resolves when everything is written; to be awaited before the process ends. */
  end(): Promise<void>;
}

export interface OutputOptions {
  /** The file descriptor that is written; 1 unless told. */
  fd?: number;
  /** Epoch milliseconds. */
  now(): number;
  /** Masks the secrets of a text. */
  redact(text: string): string;
  /** Called once when a write fails, EPIPE included; ends the process unless told otherwise. */
  broken?(error: NodeJS.ErrnoException): void;
}

/** An output on stdout (or `fd`). A process has one. */
export function createOutput({ fd = 1, now, redact, broken = endProcess }: OutputOptions): Output {
  const sink = createSink(fd, broken);
  const writers = new Map<string, RecordWriter>();
  let buffer = newBuffer();
  let used = 0;
  let batch = 0;
  let timerSet = false;
  let flushPlanned = false;

  function flush(): void {
    if (used === 0) return;
    if (!sink.write(buffer.subarray(0, used))) buffer = newBuffer();
    used = 0;
    batch++;
  }

  function flushIdle(): void {
    timerSet = false;
    flush();
    if (!sink.idle) void sink.settle();
  }

  function watchIdle(): void {
    timerSet = true;
    setTimeout(flushIdle, FLUSH_DELAY).unref();
  }

  function flushSoon(): void {
    if (flushPlanned) return;
    flushPlanned = true;
    setImmediate(() => {
      flushPlanned = false;
      flush();
      if (!sink.idle) void sink.settle();
    });
  }

  function copy(bytes: Uint8Array, at: number): void {
    for (let i = 0; i < bytes.length; i++) buffer[at + i] = bytes[i] as number;
  }

  /** Writes a line that no buffer is sure to hold. */
  function appendLong(prefix: Uint8Array, text: string, suffix: Uint8Array): void {
    flush();
    sink.write(Buffer.concat([prefix, Buffer.from(escapeLineSeparators(text)), suffix]));
    batch++;
    if (!timerSet) watchIdle();
  }

  function appendText(prefix: Uint8Array, text: string, suffix: Uint8Array): void {
    const most = prefix.length + text.length * BYTES_PER_UNIT + suffix.length;
    if (most > BUFFER_SIZE) {
      appendLong(prefix, text, suffix);
      return;
    }
    if (used + most > BUFFER_SIZE) flush();
    const start = used + prefix.length;
    buffer.set(prefix, used);
    const written = buffer.write(text, start);
    if (written !== text.length && hasLineSeparator(text)) {
      appendText(prefix, escapeLineSeparators(text), suffix);
      return;
    }
    copy(suffix, start + written);
    used = start + written + suffix.length;
    if (!timerSet) watchIdle();
  }

  function appendLines(lines: Uint8Array): void {
    if (used + lines.length > BUFFER_SIZE) flush();
    if (lines.length > BUFFER_SIZE / 2) {
      flush();
      sink.writeShared(lines);
    } else {
      buffer.set(lines, used);
      used += lines.length;
    }
    if (!timerSet) watchIdle();
  }

  function print(message: Message): void {
    appendText(NOTHING, showControls(JSON.stringify(message)), MESSAGE_END);
    flushSoon();
  }

  function createWriter(stream: StreamDescriptor): RecordWriter {
    const namespace = stream.namespace === undefined ? '' : `,"namespace":${JSON.stringify(stream.namespace)}`;
    const head = `{"type":"RECORD","record":{"stream":${JSON.stringify(stream.name)}${namespace},"emitted_at":`;
    let prefix: Uint8Array = NOTHING;
    let prefixBatch = -1;
    let count = 0;
    let counted = 0;

    function currentPrefix(): Uint8Array {
      if (prefixBatch !== batch) {
        prefix = Buffer.from(`${head}${Math.trunc(now())},"data":`);
        prefixBatch = batch;
      }
      return prefix;
    }

    return {
      get count() {
        return count;
      },
      write(record, file) {
        appendText(currentPrefix(), dataOf(record), file === undefined ? RECORD_END : recordEnd(file));
        count++;
      },
      lines: {
        prefix: currentPrefix,
        write(lines, number) {
          appendLines(lines);
          count += number;
        },
      },
      state(streamState) {
        print(stateMessage(stream, streamState, count - counted));
        counted = count;
      },
    };
  }

  return {
    recordWriter(stream) {
      const key = JSON.stringify([stream.namespace, stream.name]);
      const known = writers.get(key);
      if (known) return known;
      const writer = createWriter(stream);
      writers.set(key, writer);
      return writer;
    },
    message(message) {
      print(redactTexts(stamp(message, Math.trunc(now())), redact));
    },
    drained() {
      batch++;
      return sink.idle ? RESOLVED : sink.settle();
    },
    flush,
    async end() {
      flush();
      await sink.settle();
    },
  };
}

function newBuffer(): Buffer {
  return Buffer.allocUnsafeSlow(BUFFER_SIZE);
}

function recordEnd(file: FileReference): Uint8Array {
  return Buffer.from(`,"file_reference":${escapeLineSeparators(JSON.stringify(file))}}}\n`);
}

// parity: models/airbyte_protocol_serializers.py:AirbyteMessageSerializer (omit_none reaches the fields of a record's data)
/** A record as JSON without its top-level nulls. */
function dataOf(record: JsonObject): string {
  for (const key in record) {
    const value = record[key];
    if (value === null || value instanceof Float) return composeData(record);
  }
  return JSON.stringify(record);
}

/**
 * Writes floats by themselves: one object with a way of its own to JSON has JSON.stringify write all of the record several times slower. While
 * it writes, a text that no record holds stands for them, and undefined for nulls: copying the other fields would take longer than writing.
 */
function composeData(record: JsonObject): string {
  if (Object.isFrozen(record)) return composeData({ ...record });
  const names: string[] = [];
  const values: Json[] = [];
  for (const key in record) {
    const value = record[key] as Json;
    if (value !== null && !(value instanceof Float)) continue;
    names.push(key);
    values.push(value);
  }
  for (let i = 0; i < names.length; i += 1) setOwnProperty(record, names[i] as string, values[i] === null ? (undefined as never) : PLACE);
  const text = JSON.stringify(record);
  let composed = '';
  let from = 0;
  for (let i = 0; i < names.length; i += 1) {
    const value = values[i] as Json;
    setOwnProperty(record, names[i] as string, value);
    if (!(value instanceof Float)) continue;
    const at = text.indexOf(PLACE_JSON, from);
    composed += text.slice(from, at) + value.toText();
    from = at + PLACE_JSON.length;
  }
  return composed + text.slice(from);
}

// parity: entrypoint.py:AirbyteEntrypoint.handle_record_counts
function stateMessage(stream: StreamDescriptor, streamState: JsonObject, records: number): StateMessage {
  return {
    type: 'STATE',
    state: {
      type: 'STREAM',
      stream: { stream_descriptor: descriptorOf(stream), stream_state: streamState },
      sourceStats: { recordCount: new Float(records) },
    },
  };
}

function stamp(message: OutgoingMessage, time: number): Message {
  if (message.type === 'TRACE') return { type: 'TRACE', trace: { ...message.trace, emitted_at: time } };
  if (message.type === 'CONTROL') return { type: 'CONTROL', control: { ...message.control, emitted_at: time } };
  return message;
}

/** Masks what people read, and shows its control characters; names, states, schemas and configs stay as they are, since the platform works with them. */
function redactTexts(message: Message, redact: (text: string) => string): Message {
  if (message.type === 'LOG') return { type: 'LOG', log: redactFields(message.log, ['message', 'stack_trace'], redact) };
  if (message.type === 'CONNECTION_STATUS') {
    return { type: 'CONNECTION_STATUS', connectionStatus: redactFields(message.connectionStatus, ['message'], redact) };
  }
  if (message.type === 'TRACE' && message.trace.type === 'ERROR') {
    const error = redactFields(message.trace.error, ['message', 'internal_message', 'stack_trace'], redact);
    return { type: 'TRACE', trace: { ...message.trace, error } };
  }
  return message;
}

function redactFields<T extends object>(fields: T, names: readonly (keyof T)[], redact: (text: string) => string): T {
  const copy = { ...fields };
  for (const name of names) {
    const value = copy[name];
    if (typeof value === 'string') copy[name] = showControls(redact(value)) as typeof value;
  }
  return copy;
}

/** Ends the process after a failed write: quietly when the reader has gone, with a line on stderr otherwise. */
function endProcess(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'ECONNRESET') process.exit(0);
  process.stderr.write(`Cannot write to stdout: ${error.message}\n`);
  process.exit(1);
}

/** Writes the answer of a tool, which is text and no message, with its control characters shown; it waits for a slow reader. */
export function printText(text: string): void {
  const bytes = Buffer.from(showControls(text));
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_DELAY);
    }
  }
}

/** Milliseconds between two tries to write to a reader that is not ready. */
const RETRY_DELAY = 5;
