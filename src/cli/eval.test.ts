import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvalArguments, runEval } from './eval.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'eval-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function* chunks(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

async function run(args: EvalArguments, ...input: string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const code = await runEval(args, chunks(...input), (text) => {
    output += text;
  });
  return { code, output };
}

async function answers(...lines: string[]): Promise<string[]> {
  const { output } = await run({ jsonl: true }, lines.join('\n'));
  return output.trimEnd().split('\n');
}

describe('eval --jsonl', () => {
  it('answers every line with a typed value or an error, in order', async () => {
    expect(
      await answers(
        '{"template": "{{ config.n }}", "context": {"config": {"n": 1.0}}}',
        '{"template": "{{ 2 ** 64 }}"}',
        '{"template": "{{ nope }}", "context": {}}',
        '{"template": "", "default": "[1, None]"}',
        '{"template": "7", "valid_types": ["float"]}',
        '{"condition": "{{ config.v }}", "context": {"config": {"v": "0"}}}',
        '{"condition": true}',
        'no json',
      ),
    ).toEqual([
      '{"type":"float","value":1.0}',
      '{"type":"int","value":"18446744073709551616"}',
      expect.stringContaining('"error":"ValueError: Jinja macro has undeclared variables'),
      '{"type":"list","value":[{"type":"int","value":1},{"type":"null","value":null}]}',
      '{"type":"str","value":"7"}',
      '{"type":"bool","value":false}',
      '{"type":"bool","value":true}',
      expect.stringContaining('"error"'),
    ]);
  });

  it('knows the types of literals that JSON has not', async () => {
    expect(
      await answers(
        '{"template": "{2, 1}"}',
        '{"template": "b\'abc\'"}',
        '{"template": "..."}',
        '{"template": "-0.0"}',
        '{"template": "1e400"}',
        '{"template": "{1: 2}"}',
      ),
    ).toEqual([
      '{"type":"set","value":[{"type":"int","value":1},{"type":"int","value":2}]}',
      '{"type":"bytes","value":"YWJj"}',
      '{"type":"ellipsis","value":null}',
      '{"type":"float","value":"-0.0"}',
      '{"type":"float","value":"Infinity"}',
      '{"type":"dict","pairs":[[{"type":"int","value":1},{"type":"int","value":2}]]}',
    ]);
  });

  it('uses the clock of the line', async () => {
    expect(await answers('{"template": "{{ now_utc() }}", "now": "2026-01-15T12:34:56.789012Z"}')).toEqual([
      '{"type":"str","value":"2026-01-15 12:34:56.789012+00:00"}',
    ]);
  });

  it('keeps the order of integer-like keys', async () => {
    const [answer] = await answers('{"template": "x{{ record }}", "context": {"record": {"b": 1, "10": 2, "9": {"2": 0, "1": 0}}}}');
    expect(answer).toBe("{\"type\":\"str\",\"value\":\"x{'b': 1, '10': 2, '9': {'2': 0, '1': 0}}\"}");
  });

  it("makes the engine's slices, records and headers", async () => {
    expect(
      await answers(
        '{"template": "{{ stream_slice.partition }}{{ stream_partition.p }}", "context": {"stream_slice": {"$slice": {"partition": {"p": 1}, "cursor_slice": {}, "extra_fields": {}}}}}',
        '{"template": "{{ last_record.data.a }}{{ last_record[\'a\'] }}", "context": {"last_record": {"$record": {"a": 1}}}}',
        '{"template": "{{ headers[\'x-total\'] }}", "context": {"headers": {"$headers": {"X-Total": "5"}}}}',
      ),
    ).toEqual(['{"type":"str","value":"{\'p\': 1}1"}', '{"type":"int","value":11}', '{"type":"int","value":5}']);
  });

  it('reads lines across chunks', async () => {
    const { output } = await run({ jsonl: true }, '{"templ', 'ate": "1"}\n{"template"', ': "2"}');
    expect(output).toBe('{"type":"int","value":1}\n{"type":"int","value":2}\n');
  });
});

describe('eval TEMPLATE', () => {
  it('shows the typed result with the files as context', async () => {
    const record = path.join(folder, 'record.json');
    await writeFile(record, '{"id": 5}');
    expect(await run({ jsonl: false, template: '{{ record.id + 1 }}', record })).toEqual({ code: 0, output: 'type: int\nvalue: 6\n' });
  });

  it('explains a mistake', async () => {
    const { code, output } = await run({ jsonl: false, template: '{{ 1 + }}' });
    expect(code).toBe(1);
    expect(output).toContain('line 1, column 8\n  {{ 1 + }}\n         ^');
  });

  it('explains a result that an error led to', async () => {
    const { output } = await run({ jsonl: false, template: "{{ 'a' + 1 }}" });
    expect(output).toContain('so the template itself is the result');
    expect((await run({ jsonl: false, template: '{{ config.a.b }}' })).output).toContain('so the result is empty');
  });

  it('needs a template', async () => {
    expect((await run({ jsonl: false })).code).toBe(2);
  });
});
