import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { type AskedRequest, type PageAnswer, type PagingApi, startPagingApi } from '../../src/testing/paging-api.ts';
import { type ReadOutcome, type ReadSetting, readManifest } from '../../src/testing/read-manifest.ts';

/** An endpoint, a resource or another part of a dlt config. */
export type Part = Record<string, unknown>;

/** The ids of all posts of the API. */
export const IDS = Array.from({ length: 25 }, (_, id) => id);

/** The API that pages in every way; it ends with the test. */
export async function startApi(...first: PageAnswer[]): Promise<PagingApi> {
  const api = await startPagingApi();
  onTestFinished(() => api.close());
  api.first.push(...first);
  return api;
}

/** What a config has beside its first endpoint: the client, further resources, options of the source, and keys of the resource itself. */
export interface Rest extends Part {
  readonly client?: Part;
  readonly more?: readonly unknown[];
  readonly source?: Part;
}

/** A config with one resource, `posts`, as text. */
export function configText(api: { readonly url: string }, endpoint: unknown, rest: Rest = {}): string {
  const { client = {}, more = [], source = {}, ...resource } = rest;
  return stringify({ client: { base_url: api.url, ...client }, resources: [{ name: 'posts', endpoint, ...resource }, ...more], ...source });
}

/** Reads a config with one resource. */
export function read(api: PagingApi, endpoint: unknown, rest: Rest = {}, setting: ReadSetting = {}): Promise<ReadOutcome> {
  return readManifest(configText(api, endpoint, rest), setting);
}

/** The ids of the posts that were read. */
export function ids({ records }: ReadOutcome): unknown[] {
  return (records['posts'] ?? []).map(({ id }) => id);
}

/** Paths and queries of the requests so far. */
export function queries({ requests }: PagingApi): string[] {
  return requests.map(({ path, query }) => (query === '' ? path : `${path}?${query}`));
}

/** The last request so far. */
export function lastRequest({ requests }: PagingApi): AskedRequest {
  const request = requests.at(-1);
  if (request === undefined) throw new Error('there was no request');
  return request;
}
