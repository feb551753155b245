import { type Builder, WITHOUT_PARAMETERS } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { evaluateOf } from '../../engine/evaluate-of.ts';
import { boolean, extension, list, optional, type Slot, slot, template, withDefault } from '../../engine/fields.ts';
import { NO_CURSOR_KEY } from '../../engine/final-state-cursor.ts';
import type { ParentStream, Row } from '../../engine/kinds.ts';
import { parentRun } from '../../engine/parent-run.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { str, type Value } from '../../lang/index.ts';
import { compileDpath, type Dpath } from '../../lib/dpath.ts';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';
import { SystemError } from '../../protocol/failure.ts';

/** parity: partition_routers/substream_partition_router.py:ParentStreamConfig */
export const ParentStreamConfig = component({
  type: 'ParentStreamConfig',
  kind: 'parentStream',
  summary: 'Says how the records of a parent stream become the slices of its child.',
  example: `
    type: ParentStreamConfig
    parent_key: id
    partition_field: account_id
    stream:
      $ref: "#/definitions/accounts"`,
  fields: () => ({
    stream: slot('stream', { types: ['DeclarativeStream', 'StateDelegatingStream'] }),
    parent_key: template('config'),
    partition_field: template('config'),
    request_option: optional(slot('requestOption', { types: ['RequestOption'] })),
    incremental_dependency: withDefault(boolean(), false),
    lazy_read_pointer: withDefault(list(template('config')), []),
    extra_fields: optional(list(list(template('config')))),
    is_required: extension(
      optional(boolean()),
      'Ends the stream with an error at a parent record that lacks a field, instead of passing it over.',
    ),
  }),
  build(spec, b): ParentStream {
    const context = b.context();
    const evaluate = (part: string): Value => b.string(part).evaluate(context);
    if (spec.lazy_read_pointer.some((part) => part.includes('*')))
      b.fail('A lazy_read_pointer leads to one place: it cannot hold "*".', 'lazy_read_pointer');
    const key = compileDpath(segmentsOf(str(evaluate(spec.parent_key))));
    const partitionField = str(evaluate(spec.partition_field));
    const extraFields = (spec.extra_fields ?? []).map((path) => {
      const segments = path.map(evaluate);
      return { name: segments.map(str).join('.'), path: compileDpath(segments) };
    });
    const pointer = spec.lazy_read_pointer.length === 0 ? undefined : compileDpath(spec.lazy_read_pointer.map(evaluate));

    const requirePart = (record: Row, name: string, path: Dpath): Json => {
      const value = path.get(record);
      if (value !== undefined || spec.is_required !== true) return value ?? null;
      const parent = String(ownProperty(spec.stream, 'name'));
      throw new SystemError(
        `A record of the parent stream ${parent} lacks the field "${name}", without which "${b.stream?.name ?? 'its child'}" cannot be asked for. It has ${Object.keys(record).join(', ')}.`,
      );
    };
    const extrasOf = (record: Row): JsonObject => {
      const extras: JsonObject = {};
      if (pointer !== undefined) extras['child_response'] = pointer.get(record) ?? [];
      for (const { name, path } of extraFields) setOwnProperty(extras, name, requirePart(record, name, path));
      return extras;
    };
    return {
      stream: b.within({ run: parentRun(b.run) }).build('stream', spec.stream),
      parentKey: spec.parent_key,
      partitionField,
      incremental: spec.incremental_dependency,
      embedsPages: pointer !== undefined,
      requestOption: spec.request_option && b.build('requestOption', spec.request_option, WITHOUT_PARAMETERS),
      sliceOf(record, parentSlice) {
        const value = requirePart(record, spec.parent_key, key);
        if (value === null && spec.is_required !== true) return undefined;
        const partition: JsonObject = {};
        setOwnProperty(partition, partitionField, value);
        partition['parent_slice'] = parentSlice.partition;
        return new StreamSlice(partition, {}, extrasOf(record));
      },
      stateIn: (childState) => (spec.incremental_dependency ? parentStateIn(b, spec.stream, childState) : undefined),
    };
  },
});

/** The segments of a path that is written with slashes; a slash alone, or nothing, stands for the whole record. */
function segmentsOf(path: string): string[] {
  return path === '' || path === '/' ? [] : path.replace(/^\/+/, '').split('/');
}

/**
 * The state of the parent: its own part of the child's state, or the state common to all partitions of the child, or the one value of a
 * state from before there were partitions.
 * parity: parsers/model_to_component_factory.py:_instantiate_parent_stream_state_manager
 */
function parentStateIn(b: Builder, parent: Slot<'stream'>, state: JsonObject): JsonObject | undefined {
  const parents = ownProperty(state, 'parent_state');
  const name = ownProperty(parent, 'name');
  const own = isPlainObject(parents) && typeof name === 'string' ? ownProperty(parents as JsonObject, name) : undefined;
  if (isPlainObject(own)) return own as JsonObject;
  const common = ownProperty(state, 'state');
  if (isPlainObject(common)) return common as JsonObject;
  const values = Object.entries(state).filter(([key]) => key !== NO_CURSOR_KEY);
  const [value] = values.map(([, item]) => item);
  const field = cursorFieldOf(b, parent);
  return values.length === 1 && isCursorValue(value) && field !== undefined ? { [field]: value } : undefined;
}

function isCursorValue(value: Json | undefined): value is string | number | bigint | Float {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

/** The cursor field of the parent, or of the stream that it delegates to once there is a state. */
// parity: parsers/model_to_component_factory.py:_instantiate_parent_stream_state_manager (incremental_sync_model.parameters)
function cursorFieldOf(b: Builder, parent: Slot<'stream'>): string | undefined {
  const declared = ownProperty(parent, 'incremental_stream') ?? parent;
  const sync = isPlainObject(declared) ? declared['incremental_sync'] : undefined;
  const field = isPlainObject(sync) ? sync['cursor_field'] : undefined;
  return typeof field === 'string' ? evaluateOf(b, sync as JsonObject, field) : undefined;
}
