import { component } from '../../engine/component.ts';
import { anything, integer, object, optional, type Slot, slot, slotMap, slots, template, text, either } from '../../engine/fields.ts';
import type { Stream } from '../../engine/kinds.ts';
import { cacheParentRequests } from '../../manifest/request-caching.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';

/** Partitions read at a time when the manifest does not say; parity: concurrent_declarative_source.py:_LOWEST_SAFE_CONCURRENCY_LEVEL */
const DEFAULT_CONCURRENCY = 2;

/** parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource */
export const DeclarativeSource = component({
  type: 'DeclarativeSource',
  kind: 'source',
  summary: 'A connector: its streams, how a connection is checked, and what its config looks like.',
  example: `
    type: DeclarativeSource
    version: 6.0.0
    check:
      type: CheckStream
      stream_names: [items]
    streams:
      - "#/definitions/items"`,
  fields: () => ({
    check: slot('check', { defaultType: 'CheckStream' }),
    streams: optional(slots(['stream', 'streamSource'], { defaultType: 'DeclarativeStream' })),
    dynamic_streams: optional(slots('streamSource', { types: ['DynamicDeclarativeStream'], defaultType: 'DynamicDeclarativeStream' })),
    version: optional(text()),
    schemas: optional(object()),
    definitions: optional(object()),
    spec: optional(slot('spec', { defaultType: 'Spec' })),
    concurrency_level: optional(slot('concurrency', { defaultType: 'ConcurrencyLevel' })),
    api_budget: optional(slot('apiBudget', { defaultType: 'HTTPAPIBudget' })),
    stream_groups: optional(slotMap('streamGroup', { defaultType: 'StreamGroup' })),
    max_concurrent_async_job_count: optional(either(integer(), template('config'))),
    metadata: optional(object()),
    description: optional(anything()),
  }),
  build(spec, b) {
    const budget = spec.api_budget && b.build('apiBudget', spec.api_budget, { defaultType: 'HTTPAPIBudget' });
    if (budget !== undefined) b.run.http.useBudget(budget.budget);
    const groups = new Map<string, string>();
    for (const [name, group] of Object.entries(spec.stream_groups ?? {})) {
      for (const stream of b.build('streamGroup', group, { defaultType: 'StreamGroup' }).streamNames) groups.set(stream, name);
    }

    let known: readonly Stream[] | undefined;
    function staticStreams(): readonly Stream[] {
      known ??= (cacheParentRequests(spec.streams ?? []) as Slot<'stream' | 'streamSource'>[]).flatMap((declared, index) => {
        const path = `streams[${index}]`;
        if (b.isKind('streamSource', declared)) return b.build('streamSource', declared, { path }).list() as readonly Stream[];
        return [b.build('stream', declared as Slot<'stream'>, { defaultType: 'DeclarativeStream', path })];
      });
      return known;
    }

    let filled: Promise<Map<string, readonly Stream[]>> | undefined;
    async function fillTemplates(): Promise<Map<string, readonly Stream[]>> {
      const byTemplate = new Map<string, readonly Stream[]>();
      const names = new Set<string>();
      for (const [index, declared] of (spec.dynamic_streams ?? []).entries()) {
        const template = b.build('streamSource', declared, { defaultType: 'DynamicDeclarativeStream' });
        const streams = await template.list();
        for (const { name } of streams) {
          if (names.has(name)) throw duplicateName(name, template.fromConfig === true);
          names.add(name);
        }
        byTemplate.set(template.name ?? `dynamic_stream_${index}`, streams);
      }
      return byTemplate;
    }

    function dynamicStreams(): Promise<ReadonlyMap<string, readonly Stream[]>> {
      filled ??= fillTemplates();
      return filled;
    }

    return {
      staticStreams,
      dynamicStreams,
      async streams() {
        return [...staticStreams(), ...[...(await dynamicStreams()).values()].flat()];
      },
      hasDynamicStreams: (spec.dynamic_streams ?? []).length > 0,
      get check() {
        return b.build('check', spec.check, { defaultType: 'CheckStream' });
      },
      concurrency: spec.concurrency_level ? b.build('concurrency', spec.concurrency_level, { defaultType: 'ConcurrencyLevel' }).limit : DEFAULT_CONCURRENCY,
      groups,
    };
  },
});

function duplicateName(name: string, fromConfig: boolean): Error {
  const message = `Two of the dynamic streams are named "${name}"`;
  return fromConfig ? new ConfigError(`${message}: change the config so that their names differ.`) : new SystemError(`${message}: the manifest must give each its own name.`);
}
