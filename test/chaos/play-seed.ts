import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCanaries } from './canaries.ts';
import { type ChaosApi, startChaosApi } from './chaos-api.ts';
import { type Ended, startConnector } from './connector-run.ts';
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
const ARGUMENTS = ['--guard', 'max_wait=0.02', '--guard', 'silence=1'];

/** Plays a seed: runs the connector, kills it, goes on from its last states until it ends by itself; says everything that is wrong. */
export async function playSeed(seed: number, { verbose = false } = {}): Promise<SeedResult> {
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
  let [runs, isDone] = [0, false];
  try {
    const fixed = ['--manifest-path', file('manifest.json', makeManifest(plan)), '--catalog', file('catalog.json', makeCatalog(plan))];
    const firstConfig = makeConfig(api.url, canaries, plan.auth);
    const waiting = [...plan.kills];
    // Each fault that ends a stream may end a run of its own.
    for (const most = plan.kills.length + plan.fatalFaults + 2; runs < most && !isDone && judge.problems.length === 0; runs += 1) {
      const kill = waiting.shift();
      const args = ['read', ...fixed, '--config', file('config.json', judge.config ?? firstConfig), ...ARGUMENTS];
      if (judge.states.length > 0) args.push('--state', file('state.json', judge.states));
      const fatalBefore = api.fatal;
      const ended = await play(api, args, kill);
      if (ended.isKilled) kills.push((kill as Kill).by);
      judge.take(wholeLines(ended.stdout));
      judge.checkSecrets(ended.stdout, ended.stderr, canaries.all);
      isDone = ended.exit === 0 && ended.signal === null && !ended.isKilled;
      problems.push(...endingProblems(ended, kill, judge, api.fatal > fatalBefore).map((text) => `run ${runs + 1}: ${text}`));
      if (verbose) tell(runs + 1, kill, ended, judge);
    }
    if (!isDone && problems.length === 0 && judge.problems.length === 0) problems.push(`It did not succeed in ${runs} runs.`);
    judge.finish();
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

async function play(api: ChaosApi, args: readonly string[], kill: Kill | undefined): Promise<Ended> {
  const before = api.requests;
  const running = startConnector(args, kill);
  api.onRequest = () => running.sawRequests(api.requests - before);
  return running.ended;
}

/** What is wrong with how a run ended; a fault that nobody can mend may end it. */
function endingProblems(ended: Ended, kill: Kill | undefined, judge: Judge, isFatal: boolean): string[] {
  if (ended.isHanging) return ['It did not end.'];
  const { exit, signal } = ended;
  if (kill?.by === 'little memory' && (signal !== null || (exit ?? 0) >= 128)) return [];
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
  return signal === by || by === 'closed stdout' || exit === 0 || exit === 1 ? [] : [`It ended with ${exit} ${signal} after ${by}.`];
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
