import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/lib/json.ts';
import type { Ended, Start } from '../scenarios/connector.ts';
import { type OrdersApi, ordersConfig, startOrdersApi } from './orders-api.ts';
import { ORDERS_MANIFEST, runText, type Work, workFolder } from './run.ts';
import type { Place, Row } from './warehouse.ts';

export const [JAN, FEB, MAR, APR] = [
  '2026-01-01T00:00:00Z',
  '2026-02-01T00:00:00Z',
  '2026-03-01T00:00:00Z',
  '2026-04-01T00:00:00Z',
] as const;

/** Syncs of the orders API into one place. */
export interface Course {
  readonly api: OrdersApi;
  readonly work: Work;
  readonly args: readonly string[];
  /** Syncs once more. */
  sync(...more: string[]): Promise<Ended>;
  /** The same, started in some way. */
  start(start: Omit<Start, 'args'>, ...more: string[]): Promise<Ended>;
}

/** What the syncs begin with. */
export interface Beginning {
  readonly data: Record<string, JsonObject[]>;
  readonly config?: JsonObject;
  /** Changes the text of the manifest. */
  readonly edit?: (manifest: string) => string;
  /** Texts that the first pages of paths consist of. */
  readonly answers?: Readonly<Record<string, string>>;
}

/** Gets everything ready for a first sync. */
export async function beginSync(place: Place, { data, config = {}, edit = (text) => text, answers = {} }: Beginning): Promise<Course> {
  const api = await startOrdersApi(data);
  api.fault = ({ path, query }) => {
    const body = query['page'] === '1' ? answers[path] : undefined;
    return body === undefined ? undefined : { body };
  };
  const work = workFolder();
  const manifest = work.file('manifest.yaml', edit(readFileSync(ORDERS_MANIFEST, 'utf8')));
  const args = [
    'sync',
    '--manifest-path',
    manifest,
    '--config',
    work.file('config.json', ordersConfig(api, config)),
    '--to',
    place.to(work),
  ];
  const start = (how: Omit<Start, 'args'>, ...more: string[]): Promise<Ended> => {
    api.seen.length = 0;
    return runText([...args, ...more], how);
  };
  return { api, work, args, start, sync: (...more) => start({}, ...more) };
}

/** The beginning of each slice that was read of the orders. */
export function slicesOf({ api }: Course): (string | undefined)[] {
  return api.seen.filter(({ path, query }) => path === '/orders' && query['page'] === '1').map(({ query }) => query['updated_since']);
}

/** The ids and statuses of orders. */
export function statuses(rows: readonly Row[]): [number, unknown][] {
  return rows.map(({ id, status }) => [Number(id), status]);
}
