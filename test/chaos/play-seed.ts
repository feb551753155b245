import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../../src/lib/json.ts';
import { createRandom } from '../random.ts';
import { makeCanaries } from './canaries.ts';
import { type ChaosApi, type RunOptions, startChaosApi } from './chaos-api.ts';
import { type Ended, MAIN, type Running, startConnector } from './connector-run.ts';
import type { FaultKind } from './faults.ts';
import { createJudge, type Judge } from './judge.ts';
import { makeCatalog, makeConfig, makeManifest } from './manifest.ts';
import { type Kill, type KillKind, makePlan, type Plan } from './plan.ts';

/** What one seed came to. */
export interface SeedResult {
  readonly plan: Plan;
  readonly problems: readonly string[];
  readonly runs: number;
  readonly rows: number;
  readonly duplicates: number;
  /** The kills that came in time. */
  readonly kills: readonly KillKind[];
  readonly faults: ReadonlyMap<FaultKind, number>;
}

/** Waits of milliseconds in place of seconds, and an API that is given up soon when it says nothing. */
const ARGUMENTS = ['--guard', 'max_wait=0.02', '--guard', 'silence=2'];

/** Plays a seed: runs the connector, kills it, goes on from its last states until it ends by itself; says everything that is wrong. */
export async function playSeed(seed: number, { verbose = false, connector = MAIN } = {}): Promise<SeedResult> {
  const plan = makePlan(seed);
  const canaries = makeCanaries(seed);
  const api = await startChaosApi(plan, canaries);
  const judge = createJudge(plan.streams);
  const work = mkdtempSync(path.join(tmpdir(), 'chaos-'));
  const file = (name: string, value: unknown): string => {
    const target = path.join(work, name);
    writeFileSync(target, JSON.stringify(value));
    return target;
  };
  const problems: string[] = [];
  const kills: KillKind[] = [];
  const printed: string[][] = [];
  let [runs, isDone] = [0, false];
  try {
    const fixed = ['--manifest-path', file('manifest.json', makeManifest(plan)), '--catalog', file('catalog.json', makeCatalog(plan))];
    const firstConfig = makeConfig(api.url, canaries, plan.auth);
    const argumentsOf = (states: readonly JsonObject[]): string[] => [
      'read',
      ...fixed,
      '--config',
      file('config.json', judge.config ?? firstConfig),
      ...(states.length === 0 ? [] : ['--state', file('state.json', states)]),
      ...ARGUMENTS,
      ...(plan.checkpointsPages ? ['--checkpoint', 'page'] : []),
    ];
    const lastTry = plan.kills.length + plan.fatalRuns;
    for (; runs <= lastTry && !isDone && judge.problems.length === 0; runs += 1) {
      const kill = plan.kills[runs];
      const ended = await play(api, startConnector(connector, argumentsOf(judge.states), kill), {
        number: runs,
        hasFaults: true,
        hasFatalFaults: plan.fatalRuns > 0 && runs < lastTry,
      });
      if (ended.isKilled || kill?.by === 'full disk') kills.push((kill as Kill).by);
      const lines = wholeLines(ended.stdout);
      printed.push(lines);
      judge.take(lines);
      judge.checkSecrets(ended.stdout, ended.stderr, canaries.all);
      isDone = ended.exit === 0 && ended.signal === null && !ended.isKilled;
      problems.push(...endingProblems(ended, kill, judge, api.fatal > 0).map((text) => `run ${runs + 1}: ${text}`));
      if (verbose) tell(runs + 1, kill, ended, judge);
    }
    if (!isDone && problems.length === 0 && judge.problems.length === 0) problems.push(`It did not succeed in ${runs} runs.`);
    judge.finish();
    if (judge.problems.length === 0) {
      const elsewhere = await goOnFromAnyState(plan, printed, async (states) => {
        const ended = await play(api, startConnector(connector, argumentsOf(states), undefined), {
          number: runs,
          hasFaults: false,
          hasFatalFaults: false,
        });
        return wholeLines(ended.stdout);
      });
      problems.push(...elsewhere.map((text) => `from an earlier state: ${text}`));
    }
  } finally {
    await api.close();
    rmSync(work, { recursive: true, force: true });
  }
  return {
    plan,
    problems: [...problems, ...judge.problems, ...api.tokens.problems],
    runs,
    rows: judge.rows,
    duplicates: judge.duplicates,
    kills,
    faults: api.faults,
  };
}

/** Goes on from any state that was printed, rather than from the last one of its run: also then every row must arrive. */
async function goOnFromAnyState(
  plan: Plan,
  runs: readonly (readonly string[])[],
  read: (states: readonly JsonObject[]) => Promise<string[]>,
): Promise<readonly string[]> {
  const random = createRandom(plan.seed, 'state');
  const places = runs.flatMap((lines, run) => lines.flatMap((line, at) => (line.startsWith('{"type":"STATE"') ? [{ run, at }] : [])));
  if (places.length === 0) return [];
  const place = random.pick(places);
  const judge = createJudge(plan.streams);
  for (const lines of runs.slice(0, place.run)) judge.take(lines);
  judge.take((runs[place.run] ?? []).slice(0, place.at + 1));
  judge.take(await read(judge.states));
  judge.finish();
  return judge.problems.length === 0 ? [] : [...judge.problems, ...judge.errors];
}

async function play(api: ChaosApi, running: Running, options: Omit<RunOptions, 'onRequest'>): Promise<Ended> {
  api.beginRun({ ...options, onRequest: (count) => running.sawRequests(count) });
  return running.ended;
}

/** What is wrong with how a run ended; a fault that nobody can mend may end it. */
function endingProblems(ended: Ended, kill: Kill | undefined, judge: Judge, isFatal: boolean): string[] {
  if (ended.isHanging) return ['It did not end.'];
  const { exit, signal } = ended;
  if (ended.isKilled) return killedProblems(ended, (kill as Kill).by);
  if (ended.stderr.trim() !== '') return [`It wrote to stderr: ${ended.stderr.slice(0, 500)}`];
  if (signal !== null) return [`It died of ${signal}.`];
  if (exit === 0) return judge.errors.map((error) => `It succeeded with an error: ${error}`);
  if (judge.errors.length === 0) return [`It ended with ${exit} and no error.`];
  return isFatal ? [] : [`It failed where it need not: ${judge.errors.join(' | ').slice(0, 1000)}`];
}

function killedProblems({ exit, signal, stdout }: Ended, by: KillKind): string[] {
  const isOrderly = by === 'SIGTERM' && stdout !== '' && !stdout.endsWith('\n');
  if (isOrderly) return ['It left half a line after SIGTERM.'];
  // A run may end by itself just before it is killed.
  return signal === by || by === 'closed stdout' || by === 'little memory' || exit === 0 || exit === 1
    ? []
    : [`It ended with ${exit} ${signal} after ${by}.`];
}

function wholeLines(stdout: string): string[] {
  return stdout.split('\n').slice(0, -1);
}

function tell(run: number, kill: Kill | undefined, ended: Ended, judge: Judge): void {
  const how = kill === undefined ? 'to its end' : `${kill.by} after ${JSON.stringify(kill.after)}${ended.isKilled ? '' : ' (too late)'}`;
  process.stderr.write(`  run ${run}, ${how}: exit ${ended.exit} ${ended.signal ?? ''}, ${judge.rows} rows so far\n`);
  for (const error of judge.errors) process.stderr.write(`    ${error}\n`);
  for (const line of wholeLines(ended.stdout)) if (/"level":"(WARN|ERROR)"/.test(line)) process.stderr.write(`    ${line.slice(0, 400)}\n`);
}
