import { countText } from '../lib/count-text.ts';
import type { StreamStatus } from '../protocol/messages.ts';
import type { Traffic, TrafficCounter } from './traffic.ts';

/** How a stream of a run ended. */
export interface StreamResult {
  readonly name: string;
  readonly status: StreamStatus;
  readonly records: number;
  /** Whether it was read from its beginning. */
  readonly whole: boolean;
  /** The numbers of records of comparable runs before this one, the latest last. */
  readonly before: readonly number[];
  /** Why what was read was not taken over. */
  readonly refused?: string | undefined;
}

/** The traffic of a stream or a run in the words of a summary. */
export interface TrafficSummary {
  readonly requests: number;
  readonly retries: number;
  readonly failed_requests: number;
  readonly rate_limits: number;
  readonly pages: number;
  readonly waits: number;
  readonly wait_seconds: number;
  readonly bytes: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
}

/** What is to be known of a run; keys are those of its file. */
export interface RunSummary extends TrafficSummary {
  readonly command: string;
  readonly engine: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_memory_mb: number;
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly records: number;
  /** Errors in the user's words. */
  readonly errors: readonly string[];
  /** Unusual numbers of records. */
  readonly anomalies: readonly string[];
  readonly streams: readonly (TrafficSummary & Pick<StreamResult, 'name' | 'status' | 'records'>)[];
}

/** What a summary is made of beside the traffic. */
export type RunFacts = Pick<RunSummary, 'command' | 'engine' | 'status' | 'errors' | 'anomalies'> & {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly results: readonly StreamResult[];
};

/** The summary of a run in this process. */
export function summarize(traffic: TrafficCounter, { startedAt, endedAt, results, ...facts }: RunFacts): RunSummary {
  const { user, system } = process.cpuUsage();
  return {
    ...facts,
    started_at: new Date(startedAt).toISOString(),
    ended_at: new Date(endedAt).toISOString(),
    seconds: rounded((endedAt - startedAt) / 1000),
    cpu_seconds: rounded((user + system) / 1_000_000),
    peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    records: results.reduce((sum, { records }) => sum + records, 0),
    ...trafficSummary(traffic.total()),
    streams: results.map(({ name, status, records }) => ({ name, status, records, ...trafficSummary(traffic.of(name)) })),
  };
}

function trafficSummary({ requests, retries, failures, rateLimits, pages, waits, waitMs, bytes, latencies }: Traffic): TrafficSummary {
  return {
    requests,
    retries,
    failed_requests: failures,
    rate_limits: rateLimits,
    pages,
    waits,
    wait_seconds: rounded(waitMs / 1000),
    bytes,
    p50_ms: latencies.percentile(0.5) ?? null,
    p95_ms: latencies.percentile(0.95) ?? null,
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** The summary in words: a line for each stream and one for the run. */
export function summaryLines(summary: RunSummary): string[] {
  const { seconds, cpu_seconds, peak_memory_mb, records, streams } = summary;
  const rate = seconds > 0 ? `, ${countText(Math.round(records / seconds))}/s` : '';
  return [
    ...streams.map((stream) => `Summary of ${stream.name}: ${stream.status}, ${countText(stream.records)} records, ${trafficText(stream)}`),
    `Summary of the run: ${countText(records)} records in ${seconds} s${rate}, ${trafficText(summary)}, ${cpu_seconds} s of CPU, ${peak_memory_mb} MB of memory at most`,
  ];
}

function trafficText({ pages, requests, retries, failed_requests, waits, wait_seconds, bytes, p50_ms, p95_ms }: TrafficSummary): string {
  const parts = [`${countText(pages)} pages`, `${countText(requests)} requests`];
  if (failed_requests > 0) parts.push(`${countText(failed_requests)} failed`);
  if (retries > 0) parts.push(`${countText(retries)} retried`);
  if (waits > 0) parts.push(`${countText(waits)} waits of ${wait_seconds} s`);
  parts.push(bytesText(bytes));
  if (p50_ms !== null && p95_ms !== null) parts.push(`responses in ${p50_ms} ms (p95 ${p95_ms} ms)`);
  return parts.join(', ');
}

function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${countText(bytes)} B`;
  return bytes < 10_000_000 ? `${countText(Math.round(bytes / 1000))} kB` : `${countText(Math.round(bytes / 1_000_000))} MB`;
}
