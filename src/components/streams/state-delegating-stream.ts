import { component } from '../../engine/component.ts';
import { describe, optional, slot, text } from '../../engine/fields.ts';
import type { OpenOptions, OpenStream } from '../../engine/kinds.ts';
import { isBeyondRetention } from '../../engine/retention.ts';
import { str, truth } from '../../lang/index.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { DateError, isBeyondYears } from '../../lib/time/index.ts';

/** parity: parsers/model_to_component_factory.py:create_state_delegating_stream */
export const StateDelegatingStream = component({
  type: 'StateDelegatingStream',
  kind: 'stream',
  summary: 'One stream that is read in two ways: whole in the first sync, and by another retriever once there is a state.',
  example: `
    type: StateDelegatingStream
    name: items
    full_refresh_stream:
      $ref: "#/definitions/all_items"
    incremental_stream:
      $ref: "#/definitions/changed_items"
    api_retention_period: P30D`,
  fields: () => ({
    name: describe(text(), { default: '' }),
    full_refresh_stream: slot('stream', { types: ['DeclarativeStream'], defaultType: 'DeclarativeStream' }),
    incremental_stream: slot('stream', { types: ['DeclarativeStream'], defaultType: 'DeclarativeStream' }),
    api_retention_period: optional(text('For how long the API keeps changes, such as P30D; with an older state all is read again.')),
  }),
  build(spec, b) {
    const full = b.build('stream', spec.full_refresh_stream, { defaultType: 'DeclarativeStream' });
    const incremental = b.build('stream', spec.incremental_stream, { defaultType: 'DeclarativeStream' });
    if (full.name !== spec.name || incremental.name !== spec.name) {
      b.fail(
        `A StateDelegatingStream and both of its streams have one name, but these are "${spec.name}", "${full.name}" and "${incremental.name}".`,
        'name',
      );
    }
    const period = evaluatePeriod(spec.api_retention_period);
    if (period !== undefined && [spec.full_refresh_stream, spec.incremental_stream].some(countsUp)) {
      b.fail('With an api_retention_period the cursors must be dates, not counts.', 'api_retention_period');
    }

    function evaluatePeriod(template: string | undefined): string | undefined {
      const value = template ? b.string(template).evaluate(b.context()) : null;
      return truth(value) ? str(value) : undefined;
    }

    function isTooOld(state: JsonObject, streams: readonly OpenStream[], within: string): boolean {
      try {
        return isBeyondRetention(
          state,
          streams.map(({ cursor }) => cursor),
          within,
          b.run.clock.now(),
        );
      } catch (error) {
        if (!(error instanceof DateError)) throw error;
        if (isBeyondYears(error))
          return b.fail(`The api_retention_period "${within}" goes back beyond the year 1.`, 'api_retention_period');
        return b.fail(`api_retention_period must be an ISO 8601 duration such as P30D, not "${within}".`, 'api_retention_period');
      }
    }

    return {
      name: spec.name,
      primaryKey: full.primaryKey,
      cursorField: (catalogField) => full.cursorField(catalogField),
      describe: () => full.describe(),
      async open(options: OpenOptions) {
        const { state } = options;
        if (state === undefined || Object.keys(state).length === 0) return full.open({ ...options, readsWhole: true });
        const opened = await incremental.open(options);
        if (opened.hasState === false) return full.open({ ...options, state: undefined, readsWhole: true });
        if (period === undefined || !isTooOld(state, [await full.open({ ...options, readsWhole: true }), opened], period)) return opened;
        b.run.log.warn(
          `The state of stream ${spec.name} is older than ${period}, for which the API keeps changes: all of it is read again.`,
        );
        return full.open({ ...options, state: undefined, readsWhole: true });
      },
    };
  },
});

function countsUp(stream: JsonObject): boolean {
  const sync = stream['incremental_sync'];
  return isPlainObject(sync) && sync['type'] === 'IncrementingCountCursor';
}
