import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { distrustingRun } from '../../engine/distrusting-run.ts';
import { either, integer, object, optional, type Slot, slot, slotMap, slots, template, text } from '../../engine/fields.ts';
import { limitJobs } from '../../engine/job-slots.ts';
import type { FilledTemplate, Stream, StreamDeclaration } from '../../engine/kinds.ts';
import { wholeNumber } from '../../engine/whole-number.ts';
import type { Json } from '../../lib/json.ts';
import { onDemand } from '../../lib/on-demand.ts';
import { ManifestError } from '../../manifest/errors.ts';
import { ancestorNames } from '../../manifest/parent-streams.ts';
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
    dynamic_streams: optional(slots('streamTemplate', { defaultType: 'DynamicDeclarativeStream' })),
    version: text(),
    schemas: optional(object()),
    definitions: optional(object()),
    spec: optional(slot('spec', { defaultType: 'Spec' })),
    concurrency_level: optional(slot('concurrency', { defaultType: 'ConcurrencyLevel' })),
    api_budget: optional(slot('apiBudget', { defaultType: 'HTTPAPIBudget' })),
    stream_groups: optional(slotMap('streamGroup', { defaultType: 'StreamGroup' })),
    max_concurrent_async_job_count: optional(either(integer(), template('config'))),
    metadata: optional(object()),
    description: optional(text()),
  }),
  build(spec, b) {
    const budget = spec.api_budget && b.build('apiBudget', spec.api_budget, { defaultType: 'HTTPAPIBudget' });
    if (budget !== undefined) b.run.http.useBudget(budget.budget);
    limitJobs(b.run, jobLimit(b, spec.max_concurrent_async_job_count));
    const groups = new Map<string, string>();
    for (const [name, group] of Object.entries(spec.stream_groups ?? {})) {
      for (const stream of b.build('streamGroup', group, { defaultType: 'StreamGroup' }).streamNames) groups.set(stream, name);
    }

    const declared = onDemand(() =>
      (spec.streams ?? []).flatMap((stream, index): readonly StreamDeclaration[] => {
        const path = `streams[${index}]`;
        return b.isKind('streamSource', stream) ? b.build('streamSource', stream, { path }).declarations() : [{ spec: stream, path }];
      }),
    );

    /** The streams of the templates, with the name of the template that each was made of. */
    const filled = onDemand(async () => {
      const streams: FilledTemplate[] = [];
      const origins = new Map<Json | undefined, string | undefined>();
      for (const [index, template] of (spec.dynamic_streams ?? []).entries()) {
        const {
          name = `dynamic_stream_${index}`,
          fromConfig,
          fill,
        } = b.build('streamTemplate', template, { defaultType: 'DynamicDeclarativeStream' });
        for (const stream of await fill()) {
          const made = stream.spec['name'];
          if (origins.has(made)) throw duplicateName(String(made), fromConfig, [origins.get(made), stream.origin]);
          origins.set(made, stream.origin);
          streams.push({ ...stream, template: name });
        }
      }
      return streams;
    });

    function buildStreams(streams: readonly StreamDeclaration[]): readonly Stream[] {
      refuseGroupedAncestors(b, streams, groups);
      const specs = cacheParentRequests(streams.map((stream) => stream.spec)) as Slot<'stream'>[];
      const distrusting = onDemand(() => b.within({ run: distrustingRun(b.run) }));
      return specs.map((stream, index) => {
        const { path, fromApi, origin } = streams[index] as StreamDeclaration;
        const builder = fromApi === true ? distrusting() : b;
        return builder.build('stream', stream, { defaultType: 'DeclarativeStream', path, origin });
      });
    }

    const staticStreams = onDemand(() => buildStreams(withOwnNames(declared())));
    const allStreams = onDemand(async () => buildStreams(withOwnNames([...declared(), ...(await filled())])));

    return {
      staticStreams,
      streams: allStreams,
      filledTemplates: filled,
      async dynamicStreams() {
        const templates = (await filled()).map(({ template }) => template);
        const streams = (await allStreams()).slice(declared().length);
        const byTemplate = new Map<string, Stream[]>();
        for (const [index, stream] of streams.entries()) {
          const template = templates[index] as string;
          byTemplate.set(template, [...(byTemplate.get(template) ?? []), stream]);
        }
        return byTemplate;
      },
      get check() {
        return b.build('check', spec.check, { defaultType: 'CheckStream' });
      },
      concurrency: spec.concurrency_level
        ? b.build('concurrency', spec.concurrency_level, { defaultType: 'ConcurrencyLevel' }).limit
        : DEFAULT_CONCURRENCY,
      groups,
    };
  },
});

/** A stream that waits for its own parent would wait for ever. parity: concurrent_declarative_source.py:_apply_stream_groups */
function refuseGroupedAncestors(b: Builder, streams: readonly StreamDeclaration[], groups: ReadonlyMap<string, string>): void {
  if (groups.size === 0) return;
  const byName = new Map(streams.map(({ spec }) => [String(spec['name']), spec]));
  for (const [name, spec] of byName) {
    const group = groups.get(name);
    const ancestor = group === undefined ? undefined : [...ancestorNames(spec, byName)].find((parent) => groups.get(parent) === group);
    if (ancestor !== undefined)
      b.fail(
        `The stream ${name} and its parent ${ancestor} cannot be in one group, since one would wait for the other.`,
        `stream_groups.${group}`,
      );
  }
}

/** The streams, each of which must have a name of its own: catalogs and states know them by it. */
function withOwnNames<T extends StreamDeclaration>(streams: readonly T[]): readonly T[] {
  const places = new Map<Json | undefined, string>();
  for (const { spec, path } of streams) {
    const name = spec['name'];
    const other = places.get(name);
    if (other !== undefined) {
      throw new ManifestError({
        code: 'stream-name',
        path: `${path}.name`,
        message: `Two streams are named ${JSON.stringify(name)}: this one and ${other}.`,
        hint: 'Catalogs and states know streams by their names: give each its own.',
      });
    }
    places.set(name, path);
  }
  return streams;
}

function duplicateName(name: string, fromConfig: boolean, origins: readonly (string | undefined)[]): Error {
  const known = origins.filter((origin) => origin !== undefined);
  const made = known.length === 0 ? '' : `, made of ${known.join(' and of ')}`;
  const message = `Two of the dynamic streams are named "${name}"${made}`;
  return fromConfig
    ? new ConfigError(`${message}: change the config so that their names differ.`)
    : new SystemError(`${message}: the manifest must give each its own name.`);
}

/** Jobs that the API may work on at a time: one, unless the manifest gives a number. */
// parity: async_job/job_tracker.py:JobTracker.__post_init__
function jobLimit(b: Builder, declared: number | string | undefined): number {
  if (declared === undefined || declared === '') return 1;
  const limit = wholeNumber(b.string(declared).evaluate(b.context()));
  if (limit !== undefined && limit >= 1) return limit;
  b.run.log.warn('max_concurrent_async_job_count is no whole number of at least 1, so one job runs at a time.');
  return 1;
}
