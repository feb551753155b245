import type { AppendedField } from '../../engine/append-fields.ts';
import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { describe, slots, template, withDefault } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import type { PageRequest, Row, Transformation } from '../../engine/kinds.ts';
import { joinReads, readsOf } from '../../engine/reads.ts';
import { compileTyped, type ValueType } from '../../engine/typed-value.ts';
import type { Context, Formula, Template, Value } from '../../lang/index.ts';
import { compileSetter } from '../../lib/dpath.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** A field to add, compiled. */
interface AddedField {
  /** The top-level field that it changes. */
  readonly name: string;
  readonly path: readonly string[];
  readonly template: Template;
  readonly set: (record: JsonObject, value: Json) => void;
  readonly value: (record: Row, request: PageRequest) => Value;
  /** Whether all records of a slice get the same. */
  readonly isSliceWide: boolean;
  readonly formula: Formula | undefined;
}

/** parity: transformations/add_fields.py:AddFields */
export const AddFields = component({
  type: 'AddFields',
  kind: 'transformation',
  summary: 'Adds fields to each record, or overwrites those that are there.',
  example: `
    type: AddFields
    fields:
      - type: AddedFieldDefinition
        path: [fetched_for]
        value: "{{ config.account }}"`,
  fields: () => ({
    fields: slots('data', { types: ['AddedFieldDefinition'], defaultType: 'AddedFieldDefinition' }),
    condition: describe(withDefault(template('config', 'property', 'parameters'), ''), {
      alsoReads: ['record', 'stream_slice', 'value', 'path'],
    }),
  }),
  build(spec, b): Transformation {
    const fields = spec.fields.map((field) => compileField(b, b.build('data', field)));
    const holds = spec.condition === '' ? undefined : compileCondition(b, spec.condition);
    const sets = holds === undefined ? appendedFields(fields) : undefined;
    return {
      reads: sets === undefined ? 'all' : joinReads([sets.map(({ name }) => name), ...fields.map((field) => readsOf(field.template))]),
      changesInPlace: fields.some(({ path }) => path.length > 1),
      edits: sets && { sets, drops: [] },
      transform(record, request) {
        let target = record;
        for (let i = 0; i < fields.length; i += 1) {
          const { name, path, set, value } = fields[i] as AddedField;
          const added = value(target, request);
          if (holds !== undefined && !holds(target, request, added, path)) continue;
          // A field that came with the record stays as it is in the document, which paginators read.
          if (target === record && name in record) target = { ...record };
          set(target, jsonValue(added));
        }
        return target;
      },
    };
  },
});

function compileField(b: Builder, definition: JsonObject): AddedField {
  const path = definition['path'] as string[];
  if (path.length === 0) b.fail('AddFields needs a path with at least one name.', 'fields');
  const own = definition['$parameters'];
  const context = b.context('record', 'stream_slice');
  context['parameters'] = isPlainObject(own) ? (own as JsonObject) : {};
  const text = definition['value'] as string;
  const template = b.template(text);
  const type = definition['value_type'] as ValueType | undefined;
  // Not b.string, which evaluates a constant once: each record needs a list or an object of its own.
  const evaluate = type === undefined ? (variables: Context) => template.evaluateString(variables) : compileTyped(b, text, type);
  const evaluateAt = (record: Row, request: PageRequest): Value => {
    context['record'] = record;
    context['stream_slice'] = request.slice;
    return evaluate(context);
  };
  const isSliceWide = !dependsOnRecord(template);
  return {
    name: path[0] as string,
    path,
    template,
    set: compileSetter(path),
    value: isSliceWide ? onceEachSlice(evaluateAt) : evaluateAt,
    isSliceWide,
    formula: type === undefined ? template.formula : undefined,
  };
}

/** Whether a template may give something else for each record: it reads the record, or calls what may change. */
function dependsOnRecord({ text, recordFields }: Template): boolean {
  return recordFields === 'all' || recordFields.size > 0 || /\(|random/.test(text);
}

/** Evaluates anew when the slice is another one; lists and objects each time, since every record needs its own. */
function onceEachSlice(evaluate: (record: Row, request: PageRequest) => Value): (record: Row, request: PageRequest) => Value {
  let slice: PageRequest['slice'] | undefined;
  let known: Value;
  return (record, request) => {
    if (slice !== undefined && slice === request.slice) return known;
    const value = evaluate(record, request);
    slice = typeof value === 'object' ? undefined : request.slice;
    known = value;
    return value;
  };
}

function compileCondition(
  b: Builder,
  condition: string,
): (record: Row, request: PageRequest, value: Value, path: readonly string[]) => boolean {
  const test = b.condition(condition);
  const context = b.context('record', 'stream_slice', 'value', 'path');
  return (record, request, value, path) => {
    context['record'] = record;
    context['stream_slice'] = request.slice;
    context['value'] = value;
    context['path'] = path as Value;
    return test(context);
  };
}

/** The top-level fields that are set, when nothing is computed from one that was set before. */
function appendedFields(fields: readonly AddedField[]): AppendedField[] | undefined {
  const byName = Map.groupBy(fields, ({ name }) => name);
  const seen = new Set<string>();
  for (const { name, template } of fields) {
    const reads = template.recordFields;
    if (reads === 'all' || [...seen].some((before) => reads.has(before))) return undefined;
    seen.add(name);
  }
  return [...byName].map(([name, parts]) => appendedField(name, parts));
}

function appendedField(name: string, parts: readonly AddedField[]): AppendedField {
  const isSliceWide = parts.every((part) => part.isSliceWide && part.path.length === 1);
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0 && only.path.length === 1) {
    const { value, formula } = only;
    return { name, isSliceWide, formula, compute: (record, request) => jsonValue(value(record, request)) };
  }
  return {
    name,
    isSliceWide,
    compute(record, request) {
      const holder: Row = Object.hasOwn(record, name) ? { [name]: record[name] as Json } : {};
      for (const { set, value } of parts) set(holder, jsonValue(value(record, request)));
      return holder[name] as Json;
    },
  };
}
