import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeCanaries } from '../chaos/canaries.ts';
import { startChaosApi } from '../chaos/chaos-api.ts';
import { MAIN, startConnector } from '../chaos/connector-run.ts';
import { createJudge } from '../chaos/judge.ts';
import { makeCatalog, makeConfig, makeManifest } from '../chaos/manifest.ts';
import type { Plan } from '../chaos/plan.ts';
import { SORTS, type StreamSort } from '../chaos/streams.ts';
import { hasReference, type Reference, startReference } from './reference.ts';

let reference: Reference;
let work: string;

beforeAll(() => {
  if (!hasReference) return;
  work = mkdtempSync(path.join(tmpdir(), 'page-checkpoint-'));
  reference = startReference();
});
afterAll(() => {
  if (!hasReference) return;
  reference.end();
  rmSync(work, { recursive: true });
});

function planOf(names: readonly StreamSort['name'][]): Plan {
  const streams = names.map((name) => {
    const head = { name, sort: SORTS[name], count: name === 'links' ? 9 : 120, filler: 0 };
    return { ...head, rows: Array.from({ length: head.count }, (_, index) => head.sort.row(head, index)), pageSize: 3, moods: 0 };
  });
  return { seed: 1, concurrency: 2, auth: 'bearer', streams, faultRate: 0, fatalRuns: 0, kills: [], checkpointsPages: true };
}

const checkpointIn = (states: readonly JsonObject[]): boolean => JSON.stringify(states).includes('"page_checkpoint"');

describe.skipIf(!hasReference)('a state of the middle of a slice', () => {
  it.each<[string, StreamSort['name'][], number]>([
    ['a window', ['windows'], 9],
    ['a page token', ['tokens'], 9],
    ['a stream without a cursor', ['links'], 3],
    ['partitions', ['children', 'links'], 14],
  ])('of %s is read by the reference, and the one that it leaves by this engine', async (_what, names, requests) => {
    const plan = planOf(names);
    const canaries = makeCanaries(1);
    const api = await startChaosApi(plan, canaries);
    const file = (name: string, value: unknown): string => {
      const target = path.join(work, name);
      writeFileSync(target, JSON.stringify(value));
      return target;
    };
    const judge = createJudge(plan.streams);
    const begin = (onRequest: (count: number) => void): void =>
      api.beginRun({ number: 0, hasFaults: false, hasFatalFaults: false, onRequest });
    const argumentsOf = (): string[] => {
      const files = {
        'manifest-path': file('manifest.json', makeManifest(plan)),
        catalog: file('catalog.json', makeCatalog(plan)),
        config: file('config.json', makeConfig(api.url, canaries, plan.auth)),
        ...(judge.states.length === 0 ? {} : { state: file('state.json', judge.states) }),
      };
      return ['read', ...Object.entries(files).flatMap(([option, place]) => [`--${option}`, place])];
    };
    try {
      const first = startConnector(MAIN, [...argumentsOf(), '--checkpoint', 'page'], { by: 'SIGKILL', after: { requests }, megabytes: 0 });
      begin((count) => first.sawRequests(count));
      judge.take((await first.ended).stdout.split('\n').slice(0, -1));
      expect(checkpointIn(judge.states)).toBe(true);

      begin(() => {});
      const stdout = path.join(work, 'reference.jsonl');
      expect(await reference.run({ args: argumentsOf(), env: {}, stdout })).toBe(0);
      judge.take(readFileSync(stdout, 'utf8').trimEnd().split('\n'));
      judge.finish();
      expect(judge.problems).toEqual([]);

      const last = startConnector(MAIN, [...argumentsOf(), '--checkpoint', 'page'], undefined);
      const { exit, stdout: printed } = await last.ended;
      expect(exit).toBe(0);
      expect(printed).not.toContain('goes on within');
      judge.take(printed.split('\n').slice(0, -1));
      expect(judge.problems).toEqual([]);
      expect(checkpointIn(judge.states)).toBe(false);
    } finally {
      await api.close();
    }
  });
});
