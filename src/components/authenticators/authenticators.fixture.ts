import { createCache } from '../../engine/cache.ts';
import type { Requester, StreamScope } from '../../engine/kinds.ts';
import type { Run } from '../../engine/run.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import type { LocalApi } from '../../testing/local-api.ts';

/** How requesters of a test are built. */
export interface RequesterSetting {
  readonly config?: JsonObject;
  readonly run?: Partial<Run>;
  /** Fields of the requester beside those that every one has. */
  readonly fields?: JsonObject;
}

/** A maker of requesters of one run that ask the local API for `/items` with an authenticator. */
export function requesters(api: LocalApi, setting: RequesterSetting = {}): (authenticator: JsonObject) => Requester {
  const run: Partial<Run> = { ...api.run, shared: createCache(), ...setting.run };
  const { config = {} } = setting;
  return (authenticator) =>
    buildFromYaml(
      'requester',
      { type: 'HttpRequester', url_base: api.url, path: '/items', authenticator, ...setting.fields },
      { run, config, stream: { name: 'items' } as StreamScope },
    );
}

/** Asks once and gives the status. */
export async function ask(requester: Requester): Promise<number | undefined> {
  const response = await requester.send({ slice: new StreamSlice(), token: undefined });
  return response?.status;
}
