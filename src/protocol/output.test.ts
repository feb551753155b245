import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sharedPath } from '../../test/parity/shared.ts';
import { Float, type JsonObject, parseJson } from '../lib/json.ts';
import { configUpdate, type OutgoingMessage, streamStatus } from './messages.ts';
import { createOutput, type LineWriter, type Output, type OutputOptions } from './output.ts';

const TIME = 1_700_000_000_000;
const FIXTURE = path.join(import.meta.dirname, 'output.fixture.ts');
const users = { name: 'users' };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'output-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function printed(write: (output: Output) => void | Promise<void>, options: Partial<OutputOptions> = {}): Promise<string> {
  const file = path.join(folder, 'stdout');
  const fd = openSync(file, 'w');
  const output = createOutput({ fd, now: () => TIME, redact: (text) => text, ...options });
  await write(output);
  await output.end();
  closeSync(fd);
  return readFileSync(file, 'utf8');
}

async function printedData(record: JsonObject): Promise<string> {
  const line = await printed((output) => output.recordWriter(users).write(record));
  expect(line).toMatch(/^\{"type":"RECORD","record":\{"stream":"users","emitted_at":1700000000000,"data":.*\}\}\n$/);
  return line.slice(line.indexOf('"data":') + 7, -3);
}

describe('records', () => {
  it.each<[string, JsonObject, string]>([
    ['nothing', {}, '{}'],
    ['plain values', { a: 1, b: 'x', c: true, d: [1], e: { f: 2 } }, '{"a":1,"b":"x","c":true,"d":[1],"e":{"f":2}}'],
    ['top-level nulls', { a: null, b: 1, c: null }, '{"b":1}'],
    ['nested nulls', { a: { b: null }, c: [null] }, '{"a":{"b":null},"c":[null]}'],
    ['a record that cannot be changed', Object.freeze({ a: null, b: new Float(1) }) as JsonObject, '{"b":1.0}'],
    ['absent values', { a: undefined, b: null, c: 1 } as unknown as JsonObject, '{"c":1}'],
    [
      'floats and big integers',
      { a: new Float(1), b: 2n ** 64n - 1n, c: 0.5, d: [new Float(-0)] },
      '{"a":1.0,"b":18446744073709551615,"c":0.5,"d":[-0.0]}',
    ],
    [
      'floats among other values',
      {
        a: undefined,
        b: new Float(1),
        c: 'x',
        d: null,
        'e"': new Float(2.5),
        f: new Float(Number.NaN),
        ['__proto__']: 3,
        g: new Float(4),
      } as unknown as JsonObject,
      '{"b":1.0,"c":"x","e\\"":2.5,"f":null,"__proto__":3,"g":4.0}',
    ],
    ['floats alone', { a: new Float(1), b: new Float(2, '2.00') }, '{"a":1.0,"b":2.00}'],
    [
      'digits as they came in',
      parseJson('{"a":1e400,"b":9007199254740993,"c":1.0}') as JsonObject,
      '{"a":1e400,"b":9007199254740993,"c":1.0}',
    ],
    ['line separators', { a: 'x\u2028y\u2029z\u0085', 'k\u2028': 1 }, '{"a":"x\\u2028y\\u2029z\\u0085","k\\u2028":1}'],
    ['line ends', { a: '\r\n\u000b\u000c' }, '{"a":"\\r\\n\\u000b\\f"}'],
    ['letters beyond ASCII', { a: 'Süd', b: '機械', c: '🚀' }, '{"a":"Süd","b":"機械","c":"🚀"}'],
    ['lone surrogates', { a: '\ud83d', b: '\ude80x' }, '{"a":"\\ud83d","b":"\\ude80x"}'],
    ['keys of the prototype', parseJson('{"__proto__":{"a":1},"constructor":2}') as JsonObject, '{"__proto__":{"a":1},"constructor":2}'],
    [
      'keys of the prototype beside a null',
      parseJson('{"__proto__":{"a":1},"n":null,"toString":2}') as JsonObject,
      '{"__proto__":{"a":1},"toString":2}',
    ],
    ['a null under __proto__', parseJson('{"__proto__":null,"a":1}') as JsonObject, '{"a":1}'],
  ])('prints %s', async (_name, record, data) => {
    expect(await printedData(record)).toBe(data);
  });

  it('leaves the record as it was', async () => {
    const record = { a: null, b: 1, c: new Float(1) };
    await printedData(record);
    expect(record).toEqual({ a: null, b: 1, c: new Float(1) });
  });

  it('tells of the file that belongs to a record', async () => {
    const file = { staging_file_url: '/files/users/a\u2028', source_file_relative_path: 'users/a\u2028', file_size_bytes: 5 };
    const line = await printed((output) => output.recordWriter(users).write({ a: 1 }, file));
    expect(line.split('\n')).toHaveLength(2);
    expect(line).not.toContain('\u2028');
    expect(JSON.parse(line)).toEqual({
      type: 'RECORD',
      record: { stream: 'users', emitted_at: TIME, data: { a: 1 }, file_reference: file },
    });
  });

  it('names the namespace', async () => {
    const line = await printed((output) => output.recordWriter({ name: 'a"b', namespace: 'n' }).write({}));
    expect(JSON.parse(line)).toEqual({ type: 'RECORD', record: { stream: 'a"b', namespace: 'n', emitted_at: TIME, data: {} } });
  });

  it.each([21_000, 22_000, 65_536, 70_000, 3_000_000])('prints a line of %i characters whole, and in its place', async (length) => {
    const text = await printed((output) => {
      const writer = output.recordWriter(users);
      writer.write({ a: 'before' });
      writer.write({ a: 'ü'.repeat(length) });
      writer.write({ a: 'z'.repeat(length), b: '\u2028' });
      const line = Buffer.concat([(writer.lines as LineWriter).prefix(), Buffer.from(`${JSON.stringify({ a: 'y'.repeat(length) })}}}\n`)]);
      (writer.lines as LineWriter).write(line, 1);
      line.fill('x');
      writer.write({ a: 'after' });
    });
    const lines = text.split('\n').map((line) => line && JSON.parse(line).record.data);
    expect(lines).toEqual([
      { a: 'before' },
      { a: 'ü'.repeat(length) },
      { a: 'z'.repeat(length), b: '\u2028' },
      { a: 'y'.repeat(length) },
      { a: 'after' },
      '',
    ]);
    expect(text).not.toContain('\u2028');
  });

  it('keeps the order of 100,000 records of two streams', async () => {
    const text = await printed(async (output) => {
      const writers = [output.recordWriter({ name: 'even' }), output.recordWriter({ name: 'odd' })] as const;
      for (let i = 0; i < 100_000; i++) {
        writers[i % 2 === 0 ? 0 : 1].write({ i });
        if (i % 10_000 === 0) await output.drained();
      }
    });
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(100_000);
    const misplaced = lines.findIndex(
      (line, i) => !line.includes(`"stream":"${i % 2 === 0 ? 'even' : 'odd'}"`) || !line.endsWith(`{"i":${i}}}}`),
    );
    expect(misplaced).toBe(-1);
  });

  it('writes whole lines as they are, and counts them', async () => {
    const text = await printed((output) => {
      const writer = output.recordWriter(users);
      const prefix = Buffer.from((writer.lines as LineWriter).prefix()).toString();
      (writer.lines as LineWriter).write(Buffer.from(`${prefix}{"a":1.0}}}\n${prefix}{"b":"ü"}}}\n`), 2);
      expect(writer.count).toBe(2);
    });
    expect(text.split('\n').map((line) => line.slice(line.indexOf('"data":')))).toEqual(['"data":{"a":1.0}}}', '"data":{"b":"ü"}}}', '']);
  });

  it('dates records by page', async () => {
    let time = TIME;
    const text = await printed(
      async (output) => {
        const writer = output.recordWriter(users);
        writer.write({});
        time += 5.7;
        writer.write({});
        await output.drained();
        writer.write({});
      },
      { now: () => time },
    );
    const stamps = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).record.emitted_at - TIME);
    expect(stamps).toEqual([0, 0, 5]);
  });
});

describe('states', () => {
  it('count the records since the last one, by stream', async () => {
    const text = await printed((output) => {
      const writer = output.recordWriter(users);
      writer.write({});
      output.recordWriter({ name: 'users', namespace: 'other' }).write({});
      output.recordWriter({ name: 'users' }).write({});
      writer.state({ at: new Float(2) });
      writer.state({});
    });
    const states = text.split('\n').filter((line) => line.includes('STATE'));
    expect(states).toEqual([
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"at":2.0}},"sourceStats":{"recordCount":2.0}}}',
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{}},"sourceStats":{"recordCount":0.0}}}',
    ]);
  });
});

const schema = { type: 'object', default: null };
const table: [string, OutgoingMessage, JsonObject][] = [
  ['LOG', { type: 'LOG', log: { level: 'INFO', message: 'line 1\nline 2' } }, { log: { level: 'INFO', message: 'line 1\nline 2' } }],
  ['SPEC', { type: 'SPEC', spec: { connectionSpecification: schema } }, { spec: { connectionSpecification: schema } }],
  [
    'CATALOG',
    { type: 'CATALOG', catalog: { streams: [{ name: 'a', json_schema: schema, supported_sync_modes: ['full_refresh'] }] } },
    { catalog: { streams: [{ name: 'a', json_schema: schema, supported_sync_modes: ['full_refresh'] }] } },
  ],
  [
    'CONNECTION_STATUS',
    { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } },
    { connectionStatus: { status: 'SUCCEEDED' } },
  ],
  [
    'TRACE',
    { type: 'TRACE', trace: { type: 'ERROR', error: { message: 'm', failure_type: 'config_error' } } },
    { trace: { type: 'ERROR', error: { message: 'm', failure_type: 'config_error' }, emitted_at: TIME } },
  ],
  [
    'TRACE',
    streamStatus({ name: 'a' }, 'STARTED'),
    { trace: { type: 'STREAM_STATUS', stream_status: { stream_descriptor: { name: 'a' }, status: 'STARTED' }, emitted_at: TIME } },
  ],
  [
    'TRACE',
    streamStatus({ name: 'a', namespace: 'n' }, 'RUNNING', [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: 1 } }]),
    {
      trace: {
        type: 'STREAM_STATUS',
        stream_status: {
          stream_descriptor: { name: 'a', namespace: 'n' },
          status: 'RUNNING',
          reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: 1 } }],
        },
        emitted_at: TIME,
      },
    },
  ],
  [
    'TRACE',
    { type: 'TRACE', trace: { type: 'ESTIMATE', estimate: { name: 'a', type: 'STREAM', row_estimate: 3 } } },
    { trace: { type: 'ESTIMATE', estimate: { name: 'a', type: 'STREAM', row_estimate: 3 }, emitted_at: TIME } },
  ],
  [
    'TRACE',
    { type: 'TRACE', trace: { type: 'ANALYTICS', analytics: { type: 't', value: 'v' } } },
    { trace: { type: 'ANALYTICS', analytics: { type: 't', value: 'v' }, emitted_at: TIME } },
  ],
  [
    'CONTROL',
    configUpdate({ a: null }),
    { control: { type: 'CONNECTOR_CONFIG', connectorConfig: { config: { a: null } }, emitted_at: TIME } },
  ],
];

describe('messages', () => {
  it.each(table)('prints %s', async (type, message, payload) => {
    const text = await printed((output) => output.message(message));
    expect(text.endsWith('\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ type, ...payload }]);
  });

  it('stand among the records in the order in which they were written', async () => {
    const text = await printed((output) => {
      output.message(streamStatus(users, 'RUNNING'));
      output.recordWriter(users).write({});
      output.message(streamStatus(users, 'COMPLETE'));
    });
    expect(text.split('\n').map((line) => line.match(/RUNNING|RECORD|COMPLETE/)?.[0])).toEqual([
      'RUNNING',
      'RECORD',
      'COMPLETE',
      undefined,
    ]);
  });

  it('are redacted where people read them, and nowhere else', async () => {
    const redact = (text: string) => text.replaceAll('users', '****');
    const text = await printed(
      (output) => {
        output.message({ type: 'LOG', log: { level: 'ERROR', message: 'users', stack_trace: 'users' } });
        output.message({
          type: 'TRACE',
          trace: {
            type: 'ERROR',
            error: {
              message: 'users',
              internal_message: 'users',
              stack_trace: 'users',
              failure_type: 'system_error',
              stream_descriptor: users,
            },
          },
        });
        output.message({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: 'users' } });
        output.message(streamStatus(users, 'STARTED'));
        output.message(configUpdate({ key: 'users' }));
        output.recordWriter(users).write({ a: 'users' });
        output.recordWriter(users).state({ a: 'users' });
      },
      { redact },
    );
    const masked = text
      .trimEnd()
      .split('\n')
      .map((line) => [line.split('****').length - 1, line.split('users').length - 1]);
    expect(masked).toEqual([
      [2, 0],
      [3, 1],
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 2],
      [0, 2],
    ]);
  });
});

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

const protocolFile = sharedPath('reference/airbyte_protocol.yaml');

describe.skipIf(protocolFile === undefined)('the protocol schema', () => {
  const { definitions } = (protocolFile ? parse(readFileSync(protocolFile, 'utf8')) : {}) as { definitions: Record<string, Schema> };

  function faults(value: unknown, schema: Schema, at: string): string[] {
    const reference = schema.$ref?.split('/').at(-1);
    if (reference !== undefined) return faults(value, definitions[reference] ?? {}, at);
    if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${String(value)}`];
    if (schema.type !== undefined && !hasType(value, schema.type)) return [`${at}: ${schema.type} wanted, ${JSON.stringify(value)} found`];
    if (Array.isArray(value)) return value.flatMap((item, i) => faults(item, schema.items ?? {}, `${at}[${i}]`));
    if (typeof value !== 'object' || value === null) return [];
    const missing = (schema.required ?? []).filter((key) => !(key in value)).map((key) => `${at}.${key} is missing`);
    return [...missing, ...Object.entries(value).flatMap(([key, child]) => faults(child, schema.properties?.[key] ?? {}, `${at}.${key}`))];
  }

  function hasType(value: unknown, type: string): boolean {
    if (type === 'array') return Array.isArray(value);
    if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
    return type === 'integer' ? Number.isInteger(value) : typeof value === type;
  }

  it('accepts every kind of message', async () => {
    const text = await printed((output) => {
      for (const [, message] of table) output.message(message);
      const writer = output.recordWriter({ name: 'a', namespace: 'n' });
      writer.write({ a: 1 });
      writer.state({ a: 1 });
    });
    const messages = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(messages).toHaveLength(table.length + 2);
    expect(messages.flatMap((message) => faults(message, { $ref: 'AirbyteMessage' }, ''))).toEqual([]);
    expect(faults({ type: 'TRACE', trace: { type: 'X' } }, { $ref: 'AirbyteMessage' }, '')).toEqual([
      '.trace.emitted_at is missing',
      '.trace.type: X',
    ]);
  });
});

describe('a broken descriptor', () => {
  it('is told once, and all else is dropped', async () => {
    const fd = openSync(path.join(folder, 'closed'), 'w');
    const errors: (string | undefined)[] = [];
    const output = createOutput({ fd, now: () => TIME, redact: (text) => text, broken: (error) => errors.push(error.code) });
    closeSync(fd);
    for (let i = 0; i < 3; i++) {
      output.recordWriter(users).write({ i });
      output.flush();
    }
    await output.end();
    expect(errors).toEqual(['EBADF']);
  });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

function start(args: string[], stdout: 'pipe' | number = 'pipe'): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [FIXTURE, ...args], { stdio: ['ignore', stdout, 'pipe'] }) as unknown as ChildProcessWithoutNullStreams;
}

/** Starts the process with a pipe as the shell makes it; the ones of `spawn` are sockets. */
function startIntoPipe(args: string[]): ChildProcessWithoutNullStreams {
  return spawn('sh', ['-c', '"$0" "$@" | cat', process.execPath, FIXTURE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  }) as unknown as ChildProcessWithoutNullStreams;
}

async function errorLine(child: ChildProcessWithoutNullStreams, wanted: string): Promise<void> {
  for await (const line of createInterface(child.stderr)) if (line === wanted) return;
}

function idsOf(text: string): number[] {
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line)).flatMap((message) => (message.type === 'RECORD' ? [message.record.data.id] : []));
}

describe('a process', () => {
  it.each([
    ['records', []],
    ['lines', ['3000', 'lines']],
  ])('writes whole %s to a reader that starts late', async (_what, options) => {
    const child = startIntoPipe(['8000', ...options]);
    const end = ended(child);
    child.stderr.resume();
    let text = '';
    await once(child.stdout, 'readable');
    for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
    expect(await end).toEqual({ code: 0, signal: null });
    expect(idsOf(text)).toEqual(Array.from({ length: 8000 }, (_, i) => i));
  });

  it('ends quietly when its reader has gone', async () => {
    const child = start(['1000000']);
    let complaints = '';
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    const end = ended(child);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await end).toEqual({ code: 0, signal: null });
    expect(complaints.replaceAll(/(waiting|tick)\n/g, '')).toBe('');
  });

  it('dies of SIGTERM after whole lines and the last state', async () => {
    const child = start(['1000000']);
    child.stderr.resume();
    const end = ended(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      if (text === '') child.kill('SIGTERM');
      text += chunk;
    });
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
    const ids = idsOf(text);
    expect(ids).toEqual(ids.map((_, i) => i));
    const last = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
    expect(last.state.stream.stream_state).toEqual({ last: true });
    expect(last.state.sourceStats.recordCount).toBe(ids.length);
  });
});

describe.skipIf(process.platform !== 'linux')('a process whose pipe is full', () => {
  function fullPipe(args: string[]): { child: ChildProcessWithoutNullStreams; reader: number } {
    const fifo = path.join(mkdtempSync(path.join(folder, 'fifo-')), 'stdout');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, constants.O_WRONLY);
    const child = start(args, writer);
    closeSync(writer);
    return { child, reader };
  }

  async function readAll(reader: number): Promise<string> {
    const chunks: Buffer[] = [];
    const chunk = Buffer.alloc(10_000);
    for (;;) {
      try {
        const length = readSync(reader, chunk);
        if (length === 0) break;
        chunks.push(Buffer.from(chunk.subarray(0, length)));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    closeSync(reader);
    return Buffer.concat(chunks).toString();
  }

  it('waits with its event loop free and then writes everything in order', async () => {
    const { child, reader } = fullPipe(['6000']);
    const end = ended(child);
    await errorLine(child, 'tick');
    const text = await readAll(reader);
    expect(await end).toEqual({ code: 0, signal: null });
    expect(idsOf(text)).toEqual(Array.from({ length: 6000 }, (_, i) => i));
  });

  it('still dies of SIGTERM when nobody reads', async () => {
    const { child, reader } = fullPipe(['6000', '50']);
    const end = ended(child);
    await errorLine(child, 'waiting');
    child.kill('SIGTERM');
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
    closeSync(reader);
  });
});
