import type { Exchange, ExchangeObserver } from '../http/exchange-log.ts';
import { createLatencies, type Latencies } from './latencies.ts';

/** What went over the wire for a stream. */
export interface Traffic {
  requests: number;
  /** Requests that were sent again. */
  retries: number;
  /** Requests that brought an error status or no response. */
  failures: number;
  /** Responses to requests for pages. */
  pages: number;
  /** Times that the API limited the rate (status 429). */
  rateLimits: number;
  waits: number;
  waitMs: number;
  /** Bytes of bodies as they came over the wire. */
  bytes: number;
  readonly latencies: Latencies;
}

/** Counts what goes over the wire, by stream; costs nothing per record. */
export interface TrafficCounter {
  readonly observer: ExchangeObserver;
  onWait(stream: string, ms: number): void;
  /** The traffic of a stream; empty for one without any. */
  of(stream: string): Traffic;
  /** That of all streams, and of what no stream asked for. */
  total(): Traffic;
}

/** A counter that has seen nothing. */
export function createTrafficCounter(): TrafficCounter {
  const streams = new Map<string, Traffic>();

  function of(stream: string): Traffic {
    const known = streams.get(stream) ?? noTraffic();
    streams.set(stream, known);
    return known;
  }

  function count({ origin, attempt, status, bytes, totalMs, error }: Exchange): void {
    const traffic = of(origin?.name ?? '');
    traffic.requests += 1;
    if (attempt > 1) traffic.retries += 1;
    if (error !== undefined || status === undefined || status >= 400) traffic.failures += 1;
    else if (origin?.page !== undefined && !origin.obtainsCredentials) traffic.pages += 1;
    if (status === 429) traffic.rateLimits += 1;
    traffic.bytes += bytes;
    if (totalMs !== undefined) traffic.latencies.add(totalMs);
  }

  return {
    observer: { end: count, error: count },
    onWait(stream, ms) {
      const traffic = of(stream);
      traffic.waits += 1;
      traffic.waitMs += ms;
    },
    of,
    total() {
      const sum = noTraffic();
      for (const traffic of streams.values()) addTraffic(sum, traffic);
      return sum;
    },
  };
}

function noTraffic(): Traffic {
  return { requests: 0, retries: 0, failures: 0, pages: 0, rateLimits: 0, waits: 0, waitMs: 0, bytes: 0, latencies: createLatencies() };
}

function addTraffic(sum: Traffic, more: Traffic): void {
  sum.requests += more.requests;
  sum.retries += more.retries;
  sum.failures += more.failures;
  sum.pages += more.pages;
  sum.rateLimits += more.rateLimits;
  sum.waits += more.waits;
  sum.waitMs += more.waitMs;
  sum.bytes += more.bytes;
  sum.latencies.addAll(more.latencies);
}
