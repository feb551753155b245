import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CustomCode } from '../engine/custom-code.ts';
import { HttpHeaders, HttpResponse } from '../engine/http.ts';
import type { Kinds, Transformation } from '../engine/kinds.ts';
import { RequestOptions } from '../engine/request-options.ts';
import { StreamSlice } from '../engine/stream-slice.ts';
import { parseJson, stringifyJson } from '../lib/json.ts';
import { ConfigError, SystemError, TransientError } from '../protocol/failure.ts';
import { buildFromYaml, testRun } from '../testing/build-from-yaml.ts';
import { type CodeLimits, confineCode } from './confined-code.ts';

const request = { slice: new StreamSlice({ part: 'a' }), token: undefined };

interface Code {
  readonly code: CustomCode;
  readonly lines: string[];
  readonly folder: string;
  /** Ends the process, as the end of a command does. */
  readonly close: () => void;
}

/** Code in a process of its own, which ends with the test. */
async function confine(text: string, limits: Partial<CodeLimits> = {}, name = 'components.js'): Promise<Code> {
  const folder = mkdtempSync(path.join(tmpdir(), 'confined-code-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, name);
  writeFileSync(file, text);
  const lines: string[] = [];
  const keep = (line: unknown): void => void lines.push(String(line));
  const log = { ...testRun().log, error: keep, warn: keep, info: keep };
  const closers: (() => void)[] = [];
  const close = (): void => {
    for (const closer of closers.splice(0)) closer();
  };
  onTestFinished(close);
  const host = { log, onEnd: (closer: () => void) => void closers.push(closer), limits: { seconds: 10, megabytes: 256, ...limits } };
  const code = await confineCode(file, host);
  return { code, lines, folder, close };
}

function build<Kind extends keyof Kinds>(kind: Kind, type: string, { code }: Code, fields = '', name = 'Mine'): Kinds[Kind] {
  return buildFromYaml(kind, `type: ${type}\nclass_name: x.${name}\n${fields}`, { config: { key: 'k' }, run: { customCode: code } });
}

function together(transformation: Transformation, count: number): ReturnType<NonNullable<Transformation['transformAll']>> {
  const rows = Array.from({ length: count }, (_, id) => ({ id }));
  return (transformation.transformAll as NonNullable<Transformation['transformAll']>)(rows, request);
}

describe('a confined component', () => {
  it('takes records one by one and together, and keeps every digit', async () => {
    const code = await confine(`export const Mine = (spec) => ({
      transform(record, { slice }) {
        if (record.id === 1) return null;
        if (record.id === 2) return { other: true };
        record.part = slice.partition.part + spec.add;
      },
    });`);
    const transformation = build('transformation', 'CustomTransformation', code, 'add: "!"');
    const digits = parseJson('{"big": 12345678901234567890, "whole": 1.0}') as { part?: string };
    expect(transformation.transform(digits, request)).toBeUndefined();
    expect(stringifyJson(digits)).toBe('{"big":12345678901234567890,"whole":1.0,"part":"a!"}');
    expect(await together(transformation, 3)).toEqual({ results: [{ id: 0, part: 'a!' }, null, { other: true }] });
    expect([transformation.reads, transformation.changesInPlace]).toEqual(['all', true]);
  });

  it('gives the records before the one that fails, and says which component failed with what', async () => {
    const code = await confine('export class Mine { transform(record) { if (record.id === 2) record.missing.x = 1; } }');
    const { results, failure } = await together(build('transformation', 'CustomTransformation', code), 4);
    expect(results).toEqual([{ id: 0 }, { id: 1 }]);
    expect(failure).toBeInstanceOf(SystemError);
    expect((failure as Error).message).toMatch(/^x\.Mine \(CustomTransformation at .*\) failed in transform: .*'?x'?/);
  });

  it('keeps the failures that it throws, and those of the builder', async () => {
    const code = await confine(`
      export const Mine = (spec, builder, tools) => {
        if (spec.wrong) builder.fail('That is wrong.', 'wrong');
        return { transform({ id }) { throw id === 0 ? new tools.TransientError('later') : new tools.ConfigError('mend it'); } };
      };`);
    const transformation = build('transformation', 'CustomTransformation', code);
    expect(() => transformation.transform({ id: 0 }, request)).toThrow(new TransientError('later'));
    expect(() => transformation.transform({ id: 1 }, request)).toThrow(ConfigError);
    expect(() => build('transformation', 'CustomTransformation', code, 'wrong: true')).toThrow('That is wrong.');
  });

  it('changes request options in place, asks functions that it is given, and may wait', async () => {
    const code = await confine(`
      export class Mine {
        #key;
        constructor(spec, builder) { this.#key = builder.string("{{ config['key'] }}"); this.builder = builder; }
        async contribute(options, url) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          options.headers['X-Key'] = this.#key.evaluate(this.builder.context()) + ' ' + new URL(url()).pathname;
        }
      }`);
    const options = new RequestOptions();
    await build('authenticator', 'CustomAuthenticator', code).contribute(options, () => 'https://api.test/path?x=1');
    expect(options.headers).toEqual({ 'X-Key': 'k /path' });
  });

  it('builds components of the engine and is built within them', async () => {
    const code = await confine(`
      export const Mine = (spec, builder) => {
        const inner = builder.build('recordFilter', spec.inner);
        return { reads: ['id'], keep: (record, request) => record.id > 0 && inner.keep(record, request) };
      };
      export const Inner = () => ({ keep: ({ id }) => id < 3 });`);
    const filter = build('recordFilter', 'CustomRecordFilter', code, 'inner: {type: CustomRecordFilter, class_name: Inner}');
    expect([0, 1, 2, 3].filter((id) => filter.keep({ id }, request))).toEqual([1, 2]);
    expect(await filter.keepAll?.([{ id: 0 }, { id: 2 }, { id: 3 }], request)).toEqual({ results: [false, true, false] });
    expect(filter.reads).toEqual(['id']);
  });

  it('gives slices as they come, and reads responses', async () => {
    const code = await confine(`
      export const Mine = (spec, builder, { StreamSlice }) => ({
        async *slices() { for (const id of [1, 2]) yield new StreamSlice({ id }); throw new Error('no more'); },
      });
      export const Decoder = () => ({
        async *decode(response) {
          let text = '';
          for await (const chunk of response.chunks()) text += new TextDecoder().decode(chunk);
          yield [{ text, type: response.headers.get('content-type'), ok: response.ok }];
        },
      });`);
    const slices: StreamSlice[] = [];
    const reading = (async () => {
      for await (const slice of build('partitionRouter', 'CustomPartitionRouter', code).slices()) slices.push(slice);
    })();
    await expect(reading).rejects.toThrow(/Mine .* failed in slices: no more/);
    expect(slices).toEqual([new StreamSlice({ id: 1 }), new StreamSlice({ id: 2 })]);
    const documents = await Array.fromAsync(build('decoder', 'CustomDecoder', code, '', 'Decoder').decode(responseOf('a,b')));
    expect(documents).toEqual([[{ text: 'a,b', type: 'text/csv', ok: true }]]);
  });

  it('takes records that are larger than what a pipe holds, whoever is busy', async () => {
    const code = await confine('export const Mine = () => ({ transform(record) { record.twice = record.text + record.text; } });');
    const transformation = build('transformation', 'CustomTransformation', code);
    const large = (id: number): { id: number; text: string; twice?: string } => ({ id, text: `é${'x'.repeat(3_000_000)}` });
    const pages = [1, 2, 3].map((id) => transformation.transformAll?.([large(id), large(id)], request));
    const record = large(0);
    transformation.transform(record, request);
    expect(record.twice).toHaveLength(6_000_002);
    const results = (await Promise.all(pages)).map((page) => page?.results.map((row) => [row?.['id'], String(row?.['twice']).length]));
    expect(results).toEqual([1, 2, 3].map((id) => [0, 0].map(() => [id, 6_000_002])));
  });

  it('prints to the log', async () => {
    const code = await confine(`
      console.log('loaded');
      export const Mine = () => ({ transform({ id }) { console.error('record', id); process.stdout.write('half a '); process.stdout.write('line\\n'); } });`);
    build('transformation', 'CustomTransformation', code).transform({ id: 7 }, request);
    expect(code.lines).toEqual(['loaded', 'record 7', 'half a line']);
  });
});

describe('what a confined component cannot do', () => {
  it('has no environment, reads no files but those beside it, writes none, and starts nothing', async () => {
    const code = await confine(
      `
      import fs from 'node:fs';
      const outcome = (work) => { try { return String(work() ?? 'done'); } catch (error) { return 'refused'; } };
      const later = (work) => new Promise((resolve) => { try { work(resolve); } catch { resolve('refused'); } });
      export const Mine = () => ({
        async load() {
          const { spawnSync } = await import('node:child_process');
          const { Worker } = await import('node:worker_threads');
          const net = await import('node:net');
          return {
            environment: Object.keys(process.env).length,
            beside: outcome(() => fs.readFileSync(new URL('./components.js', import.meta.url), 'utf8').length > 0),
            elsewhere: outcome(() => fs.readFileSync('/etc/passwd', 'utf8')),
            writing: outcome(() => fs.writeFileSync(new URL('./new', import.meta.url), 'x')),
            starting: outcome(() => spawnSync('true').status),
            threads: outcome(() => new Worker('', { eval: true })),
            killing: outcome(() => process.kill(process.ppid, 0)),
            fetch: await later((resolve) => fetch('http://127.0.0.1:' + process.argv.length).then(() => resolve('done'), () => resolve('refused'))),
            connecting: await later((resolve) => net.connect(PORT, '127.0.0.1', () => resolve('done')).on('error', () => resolve('refused'))),
          };
        },
      });`.replace('PORT', String(await openPort())),
    );
    expect(await build('schemaLoader', 'CustomSchemaLoader', code).load()).toEqual({
      environment: 0,
      beside: 'true',
      elsewhere: 'refused',
      writing: 'refused',
      starting: 'refused',
      threads: 'refused',
      killing: 'refused',
      fetch: 'refused',
      connecting: 'refused',
    });
    expect(readFileSync(path.join(code.folder, 'components.js'), 'utf8')).toContain('Mine');
  });

  it('gets the files of the connector’s folder by the run, and no others', async () => {
    const code = await confine(
      `export const Mine = (spec, builder) => ({ load: async () => ({ text: await builder.run.readFile(spec.file) }) });`,
    );
    const load = (file: string): unknown =>
      buildFromYaml('schemaLoader', `type: CustomSchemaLoader\nclass_name: Mine\nfile: ${file}`, {
        run: { customCode: code.code, readFile: async (name: string) => `content of ${name}` },
      }).load();
    expect(await load('schemas/a.json')).toEqual({ text: 'content of schemas/a.json' });
    await expect(load('../secret')).rejects.toThrow('files of the connector');
    await expect(load('/etc/passwd')).rejects.toThrow('files of the connector');
  });
});

/** Two components: what ends the first leaves the second as it was. */
const OTHER = 'export const Other = () => ({ transform(record) { record.other = true; } });';

describe('what a confined component breaks', () => {
  it.each([
    ['called process.exit(3)', '() => process.exit(3)'],
    ['let a promise fail that nothing handles: lost', "() => void Promise.reject(new Error('lost'))"],
    ['threw outside of any call: late', "() => setTimeout(() => { throw new Error('late'); })"],
    ['gave no answer for 1 s', '() => { for (;;); }'],
    ['took more than 48 MB of memory', '() => { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }'],
    ['its promise never settles: nothing is left that it waits for', '() => new Promise(() => {})'],
  ])('is its own, with a message: %s', { timeout: 30_000 }, async (message, work) => {
    const code = await confine(
      `export const Mine = () => ({ load: async () => { await (${work})(); await new Promise((resolve) => setTimeout(resolve, 200)); return {}; } });\n${OTHER}`,
      { seconds: 1, megabytes: 48 },
    );
    const other = build('transformation', 'CustomTransformation', code, '', 'Other');
    const mine = build('schemaLoader', 'CustomSchemaLoader', code);
    const [broken, whole] = await Promise.allSettled([mine.load(), together(other, 2000)]);
    expect(String((broken as PromiseRejectedResult).reason)).toMatch(/^SystemError: x\.Mine \(CustomSchemaLoader at .*\) /);
    expect(String((broken as PromiseRejectedResult).reason)).toContain(message);
    expect((whole as PromiseFulfilledResult<{ results: unknown[] }>).value.results).toHaveLength(2000);
    // The other goes on in a process anew, the one that broke it does not.
    expect((await together(other, 1)).results).toEqual([{ id: 0, other: true }]);
    if (!message.includes('never settles')) await expect(async () => mine.load()).rejects.toThrow(message);
  });

  it('ends also a call that nobody can wait for', async () => {
    const code = await confine(
      `export const Mine = () => ({ seconds: ({ attempt }, n) => { if (n > 1) for (;;); return 4; } });\n${OTHER}`,
      { seconds: 1 },
    );
    const strategy = build('backoffStrategy', 'CustomBackoffStrategy', code);
    const other = build('transformation', 'CustomTransformation', code, '', 'Other');
    const outcome = { request: {}, response: undefined, attempt: 1 } as never;
    expect(strategy.seconds(outcome, 1)).toBe(4);
    expect(() => strategy.seconds(outcome, 2)).toThrow('gave no answer for 1 s');
    const record = {};
    other.transform(record, request);
    expect(record).toEqual({ other: true });
  });

  it('ends also what nobody asked for, and blames nobody who waits for it', async () => {
    const stray = 'export const Mine = () => ({ load: async () => { setTimeout(() => { for (;;); }); return {}; } });';
    const code = await confine(`${stray}\n${OTHER}`, { seconds: 1 });
    const other = build('transformation', 'CustomTransformation', code, '', 'Other');
    await build('schemaLoader', 'CustomSchemaLoader', code).load();
    // More than a pipe holds, so that it cannot be handed over before the process is ended.
    const text = 'x'.repeat(5_000_000);
    expect(await other.transformAll?.([{ text }], request)).toEqual({ results: [{ text, other: true }] });
  });

  it('is told of at the end where no call fails with it', async () => {
    const code = await confine(
      `export const Mine = () => ({ seconds: () => { Promise.reject(new Error('late')); return 4; } });\n${OTHER}`,
    );
    expect(build('backoffStrategy', 'CustomBackoffStrategy', code).seconds({} as never, 1)).toBe(4);
    await together(build('transformation', 'CustomTransformation', code, '', 'Other'), 1);
    expect(code.lines).toEqual([]);
    code.close();
    expect(code.lines).toEqual([expect.stringMatching(/^x\.Mine .* let a promise fail that nothing handles: late\.$/)]);
  });

  it.each([
    ['process.exit(1)', 'it called process.exit(1)'],
    ['for (;;);', 'it gave no answer for 1 s'],
    ["throw new Error('not today')", 'not today'],
  ])('is told when the code is loaded: %s', async (text, message) => {
    await expect(confine(`${text}\nexport const Mine = 1;`, { seconds: 1 })).rejects.toThrow(message);
  });
});

function responseOf(text: string): HttpResponse {
  const chunks = [new TextEncoder().encode(text)];
  return new HttpResponse({
    status: 200,
    statusText: 'OK',
    headers: new HttpHeaders(['Content-Type', 'text/csv']),
    url: 'https://api.test/',
    request: { method: 'GET', url: 'https://api.test/', headers: {}, body: undefined } as never,
    elapsedMs: 1,
    body: {
      next: async () => chunks.shift() ?? null,
      discard() {},
    } as never,
  });
}

async function openPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as { port: number }).port;
}
