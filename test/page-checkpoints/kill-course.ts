import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../../src/lib/json.ts';
import { makeCanaries } from '../chaos/canaries.ts';
import { startChaosApi } from '../chaos/chaos-api.ts';
import { MAIN, startConnector } from '../chaos/connector-run.ts';
import { createJudge } from '../chaos/judge.ts';
import { makeCatalog, makeConfig, makeManifest } from '../chaos/manifest.ts';
import type { Kill, Plan } from '../chaos/plan.ts';
import { type ChaosStream, SORTS, type StreamSort } from '../chaos/streams.ts';
import { createRandom, type Random } from '../random.ts';

/** What a sync that is killed again and again came to. */
export interface CourseResult {
  readonly problems: readonly string[];
  /** Kills that came in time. */
  readonly kills: number;
  /** Rows that were printed again, and as many as the kills may cost. */
  readonly repeated: number;
  readonly bound: number;
  /** Runs that went on at a page token. */
  readonly resumed: number;
}

/** How the streams of a course are told to print states after pages. */
export type Wish = 'option' | 'manifest' | 'catalog';

const NAMES: readonly StreamSort['name'][][] = [
  ['windows'],
  ['tokens'],
  ['links'],
  ['children', 'links'],
  ['windows', 'tokens', 'links', 'children'],
];
const MOST_RUNS = 12;

/** Plays a seed: kills each run but the last by SIGKILL and lets the next one go on from the last states. */
export async function killAgainAndAgain(seed: number, wish: Wish): Promise<CourseResult> {
  const random = createRandom(seed, 'page checkpoints');
  const plan = makePlan(seed, random, wish);
  const canaries = makeCanaries(seed);
  const api = await startChaosApi(plan, canaries);
  const work = mkdtempSync(path.join(tmpdir(), 'kills-'));
  const file = (name: string, value: unknown): string => {
    const target = path.join(work, name);
    writeFileSync(target, JSON.stringify(value));
    return target;
  };
  const judge = createJudge(plan.streams);
  const times: Times = new Map();
  let [kills, resumed, problem] = [0, 0, ''];
  try {
    const files = [
      ['--manifest-path', file('manifest.json', manifestOf(plan, wish))],
      ['--catalog', file('catalog.json', catalogOf(plan, wish))],
      ['--config', file('config.json', makeConfig(api.url, canaries, plan.auth))],
    ].flat();
    for (let number = 0, isDone = false; !isDone; number += 1) {
      if (number === MOST_RUNS) throw new Error('It never ended.');
      const state = judge.states.length === 0 ? [] : ['--state', file('state.json', judge.states)];
      const kill = number === MOST_RUNS - 1 ? undefined : makeKill(random);
      const running = startConnector(MAIN, ['read', ...files, ...state, ...(wish === 'option' ? ['--checkpoint', 'page'] : [])], kill);
      api.beginRun({ number, hasFaults: false, hasFatalFaults: false, onRequest: (count) => running.sawRequests(count) });
      const { exit, signal, stdout, isKilled } = await running.ended;
      const lines = stdout.split('\n').slice(0, -1);
      judge.take(lines);
      countRows(lines, times);
      if (/goes on within .* at the page token/.test(stdout)) resumed += 1;
      if (signal === 'SIGKILL' && isKilled) kills += 1;
      else if (exit === 0) isDone = true;
      else problem = `A run ended with ${exit} ${signal}: ${stdout.slice(-1000)}`;
      if (problem !== '') break;
    }
    judge.finish();
  } finally {
    await api.close();
    rmSync(work, { recursive: true, force: true });
  }
  const repeated = [...times.values()].reduce((sum, { count }) => sum + count - 1, 0);
  const largestPage = Math.max(...plan.streams.map(({ pageSize }) => pageSize));
  const problems = [...(problem === '' ? [] : [problem]), ...judge.problems];
  return { problems, kills, repeated, bound: kills * plan.concurrency * largestPage, resumed };
}

function makePlan(seed: number, random: Random, wish: Wish): Plan {
  const names = random.pick(NAMES).filter((name) => wish !== 'catalog' || SORTS[name].incremental || name === 'links');
  return {
    seed,
    concurrency: random.pick([1, 2, 4]),
    auth: 'bearer',
    streams: names.map((name) => makeStream(random, name, name === 'links' && names.includes('children'))),
    faultRate: 0,
    fatalRuns: 0,
    kills: [],
    checkpointsPages: true,
  };
}

function makeStream(random: Random, name: StreamSort['name'], isParent: boolean): ChaosStream {
  const head = {
    name,
    sort: SORTS[name],
    count: isParent ? random.between(8, 20) : random.between(60, 300),
    filler: random.pick([0, 400]),
  };
  const rows = Array.from({ length: head.count }, (_, index) => head.sort.row(head, index));
  return { ...head, rows, pageSize: random.pick([3, 10]), moods: 0 };
}

function makeKill(random: Random): Kill {
  const after = random.pick([{ requests: random.between(2, 40) }, { lines: random.between(5, 150) }]);
  return { by: 'SIGKILL', after, megabytes: 0 };
}

function manifestOf(plan: Plan, wish: Wish): JsonObject {
  return wish === 'manifest' ? { ...makeManifest(plan), metadata: { checkpoint: 'page' } } : makeManifest(plan);
}

function catalogOf(plan: Plan, wish: Wish): JsonObject {
  const { streams } = makeCatalog(plan) as { streams: { stream: JsonObject }[] };
  const isResumable = wish === 'catalog';
  return {
    streams: streams.map((entry) => ({ ...entry, stream: { ...entry.stream, is_resumable: isResumable } })),
  } as unknown as JsonObject;
}

/** How often each row was printed before its stream was read to its end: what comes later is another sync of the stream. */
type Times = Map<string, { count: number; isSettled: boolean }>;

interface Line {
  readonly record?: { readonly stream: string; readonly data: { readonly id: string } };
  readonly trace?: { readonly stream_status?: { readonly stream_descriptor: { readonly name: string }; readonly status: string } };
}

function countRows(lines: readonly string[], times: Times): void {
  for (const line of lines) {
    const { record, trace } = JSON.parse(line) as Line;
    if (record !== undefined) {
      const key = `${record.stream} ${record.data.id}`;
      const row = times.get(key) ?? { count: 0, isSettled: false };
      if (!row.isSettled) row.count += 1;
      times.set(key, row);
    } else if (trace?.stream_status?.status === 'COMPLETE') {
      const { name } = trace.stream_status.stream_descriptor;
      for (const [key, row] of times) if (key.startsWith(`${name} `)) row.isSettled = true;
    }
  }
}
