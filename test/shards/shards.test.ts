import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveHttp } from '../../src/http/testing/local-server.ts';
import { type Ended, runConnector } from '../scenarios/connector.ts';
import { errorsOf, lastStates, readResult } from '../scenarios/messages.ts';

const MANIFEST = path.resolve(import.meta.dirname, 'manifest.yaml');
const STREAMS = ['plain_a', 'plain_b', 'users', 'events', 'orders', 'visits', 'totals'];
const INCREMENTAL = new Set(['users', 'events', 'orders', 'totals']);

interface Row {
  readonly id: string;
  /** Whose it is: a region, a user or a team; empty for rows of nobody. */
  readonly of: string;
  readonly at: string;
}

/** An API of rows by owner and time, with the files that a read of it needs. */
interface Site {
  add(stream: string, of: string, id: string, day: number): void;
  /** Answers requests for an owner with an error from now on. */
  refuse(owner: string): void;
  /** Writes a file and gives its path. */
  file(name: string, content: string): string;
  /** Reads a part of the streams, or all of them. */
  read(part: string | undefined, state: string | undefined): Promise<Ended>;
  merge(states: readonly string[]): Promise<Ended>;
}

async function openSite(): Promise<Site> {
  const rows = new Map<string, Row[]>();
  const refused = new Set<string>();
  const server = await serveHttp((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
    const owners = searchParams.get('of')?.split(',');
    const since = searchParams.get('since') ?? '';
    if (owners?.some((owner) => refused.has(owner))) return void response.writeHead(403).end('{}');
    const found = (rows.get(pathname.slice(1)) ?? []).filter(({ of, at }) => (owners === undefined || owners.includes(of)) && at >= since);
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(found));
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'shards-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string): string => {
    const place = path.join(folder, name);
    writeFileSync(place, content);
    return place;
  };
  const source = ['--manifest-path', MANIFEST, '--config', file('config.json', JSON.stringify({ url: server.url }))];
  const catalog = file('catalog.json', JSON.stringify({ streams: STREAMS.map(configured) }));
  return {
    add: (stream, of, id, day) => rows.set(stream, [...(rows.get(stream) ?? []), { id, of, at: timeOf(day) }]) && undefined,
    refuse: (owner) => void refused.add(owner),
    file,
    read(part, state) {
      const shard = part === undefined ? [] : ['--shard', part];
      return runConnector({
        args: ['read', ...source, '--catalog', catalog, ...shard, ...(state === undefined ? [] : ['--state', state])],
      });
    },
    merge: (states) => runConnector({ args: ['state', 'merge', ...source, ...states] }),
  };
}

function configured(name: string): unknown {
  const modes = INCREMENTAL.has(name) ? ['full_refresh', 'incremental'] : ['full_refresh'];
  return { stream: { name, json_schema: {}, supported_sync_modes: modes }, sync_mode: modes.at(-1), destination_sync_mode: 'append' };
}

function timeOf(day: number): string {
  return new Date(Date.UTC(2026, 0, 1 + day)).toISOString().replace('.000Z', 'Z');
}

/** The first 20 users, their orders and visits, and as much of everything else. */
function fill(site: Site): void {
  for (const name of ['plain_a', 'plain_b']) for (let i = 0; i < 5; i++) site.add(name, '', `${name}-${i}`, i);
  for (let user = 1; user <= 20; user++) {
    site.add('users', '', `u${user}`, user);
    for (let i = 0; i < (user % 4) + 1; i++) site.add('orders', `u${user}`, `o-${user}-${i}`, user + i);
    site.add('visits', `u${user}`, `v-${user}`, user);
  }
  for (let region = 1; region <= 12; region++)
    for (let i = 0; i < region % 5; i++) site.add('events', `r${region}`, `e-${region}-${i}`, region + i);
  for (let team = 1; team <= 10; team++) site.add('totals', `t${team}`, `t-${team}`, team);
}

/** What changed before the second sync: new rows, a new user with an order, an order of a user who was touched, and one late in time. */
function change(site: Site): void {
  site.add('users', '', 'u21', 40);
  site.add('orders', 'u21', 'o-21-0', 39);
  site.add('users', '', 'u3', 41);
  site.add('orders', 'u3', 'o-3-9', 41);
  site.add('events', 'r5', 'e-5-9', 42);
  site.add('totals', 't7', 't-7-9', 43);
  site.add('plain_b', '', 'plain_b-9', 44);
}

/** The records of runs, each as text, in no order. */
function recordsOf(runs: readonly Ended[]): string[] {
  return runs
    .flatMap((run) =>
      readResult(run).messages.flatMap(({ record }) => (record === undefined ? [] : JSON.stringify([record.stream, record.data]))),
    )
    .sort();
}

/** The states by stream, without the order of partitions and without how long the sync took. */
function statesIn(text: string): unknown {
  const states = JSON.parse(text) as { stream: { stream_descriptor: { name: string }; stream_state: Record<string, unknown> } }[];
  return Object.fromEntries(
    states.map(({ stream: { stream_descriptor, stream_state } }) => {
      const { lookback_window: _, states: partitions, ...rest } = stream_state;
      const sorted = Array.isArray(partitions) ? { states: partitions.map((entry) => JSON.stringify(entry)).sort() } : {};
      return [stream_descriptor.name, { ...rest, ...sorted }];
    }),
  );
}

function parts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index + 1}/${count}`);
}

describe('read --shard', () => {
  it('gives, over eight processes, the records and the state of a read of all', async () => {
    const site = await openSite();
    fill(site);
    const whole = await site.read(undefined, undefined);
    const shards = await Promise.all(parts(8).map((part) => site.read(part, undefined)));
    expect([whole, ...shards].map(({ exit }) => exit)).toEqual(Array(9).fill(0));
    expect(recordsOf(shards)).toEqual(recordsOf([whole]));
    expect(shards.every((shard) => recordsOf([shard]).length < recordsOf([whole]).length / 2)).toBe(true);

    const merged = await site.merge(shards.map(({ stdout }, index) => site.file(`shard-${index}.jsonl`, stdout)));
    const wholeState = JSON.stringify(lastStates(readResult(whole)));
    expect(merged).toMatchObject({ exit: 0, stderr: '' });
    expect(statesIn(merged.stdout)).toEqual(statesIn(wholeState));

    change(site);
    const second = await site.read(undefined, site.file('whole.json', wholeState));
    const again = await Promise.all(
      parts(8).map((part) => site.read(part, site.file(`from-${part.replace('/', '-')}.json`, merged.stdout))),
    );
    expect(recordsOf(again)).toEqual(recordsOf([second]));
    expect(recordsOf(again)).toContain('["orders",{"id":"o-21-0","of":"u21","at":"2026-02-09T00:00:00Z"}]');
    const mergedAgain = await site.merge(again.map(({ stdout }, index) => site.file(`again-${index}.jsonl`, stdout)));
    expect(statesIn(mergedAgain.stdout)).toEqual(statesIn(JSON.stringify(lastStates(readResult(second)))));
  });

  it('goes on from its own state, which nobody else takes for that of all', async () => {
    const site = await openSite();
    fill(site);
    const whole = await site.read(undefined, undefined);
    const stateOf = (run: Ended): string => JSON.stringify(lastStates(readResult(run)));
    const own = (await Promise.all(parts(3).map((part) => site.read(part, undefined)))).map((run, index) =>
      site.file(`own-${index}.json`, stateOf(run)),
    );

    change(site);
    const second = await site.read(undefined, site.file('whole.json', stateOf(whole)));
    const again = await Promise.all(parts(3).map((part, index) => site.read(part, own[index])));
    // What lies at the border of a shard's own progress comes again, as it does at that of all.
    const [known, found] = [new Set(recordsOf([whole])), new Set(recordsOf(again))];
    const fresh = recordsOf([second]).filter((record) => !known.has(record));
    expect(fresh).toHaveLength(7);
    expect(fresh.filter((record) => !found.has(record))).toEqual([]);
    expect(found.size).toBeLessThan(known.size / 2);
    const merged = await site.merge(again.map((run, index) => site.file(`again-${index}.json`, stateOf(run))));
    expect(statesIn(merged.stdout)).toEqual(statesIn(stateOf(second)));

    for (const part of [undefined, '2/3', '1/2']) {
      const refused = await site.read(part, own[0]);
      expect(refused.exit).toBe(1);
      expect(errorsOf(readResult(refused))[0]).toMatchObject({
        failure_type: 'config_error',
        message: expect.stringContaining('state merge'),
      });
    }
    const incomplete = await site.merge(own.slice(1));
    expect(incomplete).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('shard 1 of 3 is missing') });
    const twice = await site.merge([...own, own[1] as string]);
    expect(twice).toMatchObject({ exit: 1, stderr: expect.stringContaining('two states of shard 2') });
    const mixed = await site.merge([own[0] as string, site.file('whole.json', stateOf(whole))]);
    expect(mixed).toMatchObject({ exit: 1, stderr: expect.stringMatching(/cannot be merged/) });
  });

  it('keeps what held for all partitions when a shard fails, as a read of all does', async () => {
    const site = await openSite();
    fill(site);
    site.refuse('r5');
    const whole = await site.read(undefined, undefined);
    const shards = await Promise.all(parts(2).map((part) => site.read(part, undefined)));
    expect(whole.exit).toBe(1);
    expect(shards.map(({ exit }) => exit).sort()).toEqual([0, 1]);
    const merged = await site.merge(shards.map(({ stdout }, index) => site.file(`shard-${index}.jsonl`, stdout)));
    const state = statesIn(merged.stdout) as { events: { state?: unknown; states: string[] } };
    expect(state).toEqual(statesIn(JSON.stringify(lastStates(readResult(whole)))));
    expect(state.events.state).toBeUndefined();
    expect(state.events.states).toHaveLength(12);
  });

  it.each(['0/3', '4/3', '1', 'a/b', '-1/2'])('refuses the part %s', async (part) => {
    const site = await openSite();
    const { exit, stderr } = await site.read(part, undefined);
    expect(exit).toBe(2);
    expect(stderr).toContain('2/8');
  });
});
