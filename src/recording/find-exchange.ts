import type { RequestOrigin } from '../http/exchange-log.ts';
import type { Recording, StoredExchange } from './read-recording.ts';
import { type KeyedRequest, type RequestKey, requestKey } from './request-key.ts';

/** Milliseconds that a time may be off because of rounding. */
const ROUNDING = 2_000;
/** Whole numbers are times from so many milliseconds before the run on. */
const EARLIEST = 400 * 86_400_000;

/** The exchanges of a recording by their requests. */
export interface ExchangeIndex {
  /** The exchange that answers a request: the next of its kind, the last one again when all were given; a text that says why there is none. */
  take(request: KeyedRequest, origin: RequestOrigin | undefined): StoredExchange | string;
}

interface Entry {
  readonly stored: StoredExchange;
  readonly key: RequestKey;
  /** Milliseconds after the start of the run at which it was asked for. */
  readonly after: number;
  taken: boolean;
}

/**
 * Finds exchanges by method, URL and body. A time in a request may differ by as much as the present had moved on when it was recorded, since
 * a replay's clock stands at the start of the run. Requests for credentials are told apart by their place alone.
 */
export function createExchangeIndex({ run, exchanges }: Recording): ExchangeIndex {
  const startedAt = run.started_at === undefined ? undefined : Date.parse(run.started_at);
  const earliest = startedAt === undefined ? 0 : startedAt - EARLIEST;
  const entries = exchanges.map((stored): Entry => {
    const { exchange, requestBody } = stored;
    const after = startedAt === undefined || exchange.at === undefined ? 0 : Math.max(0, Date.parse(exchange.at) - startedAt);
    const key = requestKey({ ...exchange.request, body: requestBody }, earliest);
    return { stored, key, after, taken: false };
  });
  const near = Map.groupBy(entries, ({ key }) => key.text);
  const exact = queues(entries, ({ key }) => key.exact);
  const ownExact = queues(entries, ({ key, stored }) => `${stored.stream}\n${key.exact}`);
  const credentials = queues(
    entries.filter(({ stored }) => stored.exchange.credentials === true),
    ({ key }) => key.place,
  );

  function find(key: RequestKey, origin: RequestOrigin | undefined): Entry | undefined {
    const forCredentials = origin?.obtainsCredentials === true ? credentials.get(key.place) : undefined;
    const queue = forCredentials ?? ownExact.get(`${origin?.name ?? ''}\n${key.exact}`) ?? exact.get(key.exact);
    return queue?.take() ?? nearest(near.get(key.text) ?? [], key, origin?.name);
  }

  return {
    take(request, origin) {
      const key = requestKey(request, earliest);
      const entry = find(key, origin);
      if (entry === undefined) return notRecorded(key, entries, request);
      entry.taken = true;
      return entry.stored;
    },
  };
}

/** Entries of one kind, given in their order, and the last one again when all were given. */
interface Queue {
  take(): Entry | undefined;
}

function queues(entries: readonly Entry[], keyOf: (entry: Entry) => string): Map<string, Queue> {
  const groups = Map.groupBy(entries, keyOf);
  return new Map([...groups].map(([key, group]) => [key, queueOf(group)]));
}

function queueOf(entries: readonly Entry[]): Queue {
  let next = 0;
  return {
    take() {
      while (next < entries.length - 1 && entries[next]?.taken === true) next += 1;
      return entries[next];
    },
  };
}

/** The entry not given yet whose times are nearest to those asked for, of the same stream where there is one. */
function nearest(entries: readonly Entry[], key: RequestKey, stream: string | undefined): Entry | undefined {
  let best: { entry: Entry; rank: number } | undefined;
  for (const entry of entries) {
    const far = entry.taken ? Number.POSITIVE_INFINITY : distance(entry, key);
    const rank = far + (entry.stored.stream === stream ? 0 : LATER);
    if (far < Number.POSITIVE_INFINITY && (best === undefined || rank < best.rank)) best = { entry, rank };
  }
  return best?.entry;
}

/** Ranks entries of other streams behind all of its own. */
const LATER = 1e15;

/** How far the times of a recorded request lie from those asked for, in milliseconds; infinite when no clock that moved on explains it. */
function distance({ key, after }: Entry, asked: RequestKey): number {
  const shifts = key.times.map((time, index) => time - (asked.times[index] as number)).filter((shift) => shift !== 0);
  if (shifts.length === 0) return 0;
  const [least, most] = [Math.min(...shifts), Math.max(...shifts)];
  const explained = least >= -ROUNDING && most <= after + ROUNDING && most - least <= ROUNDING;
  return explained ? Math.abs(most) : Number.POSITIVE_INFINITY;
}

function notRecorded(key: RequestKey, entries: readonly Entry[], { method, url }: KeyedRequest): string {
  const asked = `The recording has no response to ${method} ${url}`;
  const samePlace = entries.filter((entry) => entry.key.place === key.place);
  const closest = samePlace
    .map((entry) => ({ entry, differing: differences(entry.key, key) }))
    .sort((a, b) => a.differing.length - b.differing.length)[0];
  if (closest === undefined) {
    const places = [...new Set(entries.map((entry) => entry.key.place))];
    const shown = places.slice(0, 5).join(', ');
    return places.length === 0 ? `${asked}: it is empty` : `${asked}: what it holds went to ${shown}${places.length > 5 ? ', ...' : ''}`;
  }
  return `${asked}: the nearest request in it (${closest.entry.stored.place}) has ${closest.differing.slice(0, 5).join('; ') || 'other times'}`;
}

/** In what two requests to the same place differ, from the point of view of the first. */
function differences(recorded: RequestKey, asked: RequestKey): string[] {
  const names = new Set([...recorded.parts.keys(), ...asked.parts.keys()]);
  return [...names].flatMap((name) => {
    const [theirs, ours] = [recorded.parts.get(name), asked.parts.get(name)];
    if (theirs === ours) return [];
    if (theirs === undefined) return [`no ${name}`];
    return [ours === undefined ? `the ${name}, which was not asked for` : `the ${name} ${shorten(theirs)} instead of ${shorten(ours)}`];
  });
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
