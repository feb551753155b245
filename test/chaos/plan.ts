import { createRandom, type Random } from '../random.ts';
import { type ChaosStream, SORTS, type StreamSort } from './streams.ts';

/** How a run is ended, or what it has to do without. */
export type KillKind = 'SIGKILL' | 'SIGTERM' | 'closed stdout' | 'full disk' | 'little memory';

/** One run that does not end by itself; the moment is counted in requests that the API has seen, or in lines on stdout. */
export interface Kill {
  readonly by: KillKind;
  readonly after: { readonly requests?: number; readonly lines?: number };
  /** The heap of a run with little memory, which may do or may not. */
  readonly megabytes: number;
}

/** Everything that a seed decides. */
export interface Plan {
  readonly seed: number;
  readonly concurrency: number;
  readonly auth: 'bearer' | 'query' | 'oauth';
  readonly streams: readonly ChaosStream[];
  /** How many of the requests meet a fault, out of 1. */
  readonly faultRate: number;
  /** Runs with faults that end a stream, beside those that are killed. */
  readonly fatalRuns: number;
  readonly kills: readonly Kill[];
  /** Whether states tell of pages. */
  readonly checkpointsPages: boolean;
}

/** Together more than the responses that are kept in memory. */
const [BIG_FILLER, BIG_ROWS] = [300_000, 70];

/** How many of the seeds have pages that are read while they arrive, half of which is more than is loaded first. */
const HUGE_PAGES = 0.04;
const [HUGE_FILLER, HUGE_ROWS, HUGE_PAGE] = [800_000, 50, 25];

/** The plan of a seed. */
export function makePlan(seed: number): Plan {
  const random = createRandom(seed, 'plan');
  const kills = Array.from({ length: random.pick([0, 1, 1, 2, 2, 3, 5]) }, () => makeKill(random));
  const needsDisk = kills.some(({ by }) => by === 'full disk');
  const names = random.pick<StreamSort['name'][]>([
    ['windows'],
    ['windows', 'links'],
    ['tokens', 'csv'],
    ['lines', 'links'],
    ['children', 'links'],
    ['windows', 'tokens', 'lines'],
    ['children', 'links', 'csv', 'tokens'],
    ['windows', 'tokens', 'links', 'lines', 'csv', 'children'],
  ]);
  const plan: Plan = {
    seed,
    concurrency: random.pick([1, 2, 4, 10]),
    auth: random.pick(['bearer', 'query', 'oauth', 'oauth']),
    streams: makeStreams(random, needsDisk ? [...new Set<StreamSort['name']>([...names, 'links', 'children'])] : names, needsDisk),
    faultRate: random.pick([0, 0.05, 0.15, 0.3]),
    fatalRuns: random.pick([0, 0, 1, 2]),
    kills,
    checkpointsPages: random.chance(0.5),
  };
  return random.chance(HUGE_PAGES) ? { ...plan, streams: [makeHugePages()], faultRate: 0.3 } : plan;
}

function makeKill(random: Random): Kill {
  const by = random.pick<KillKind>(['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGTERM', 'closed stdout', 'full disk', 'little memory']);
  const after = random.pick([{ requests: random.between(1, 60) }, { lines: random.between(1, 250) }]);
  return { by, after, megabytes: random.between(8, 12) };
}

/** Streams of which the parent is small in number, since each of its rows is a partition, and large in bytes where the disk is needed. */
function makeStreams(random: Random, names: readonly StreamSort['name'][], needsDisk: boolean): ChaosStream[] {
  return names.map((name) => {
    const isParent = name === 'links' && names.includes('children');
    if (isParent && needsDisk) return makeStream(random, name, BIG_FILLER, BIG_ROWS);
    return makeStream(random, name, random.pick([0, 10, 400]), isParent ? random.between(8, 30) : random.between(20, 300));
  });
}

function makeHugePages(): ChaosStream {
  const head = { name: 'links', sort: SORTS.links, count: HUGE_ROWS, filler: HUGE_FILLER } as const;
  return { ...head, rows: Array.from({ length: HUGE_ROWS }, (_, index) => head.sort.row(head, index)), pageSize: HUGE_PAGE, moods: 0 };
}

function makeStream(random: Random, name: StreamSort['name'], filler: number, count: number): ChaosStream {
  const sort = SORTS[name];
  const head = { name, sort, count, filler };
  return {
    ...head,
    rows: Array.from({ length: count }, (_, index) => sort.row(head, index)),
    pageSize: random.pick([3, 10, 25]),
    moods: random.pick([0, 0.3, 0.9]),
  };
}
