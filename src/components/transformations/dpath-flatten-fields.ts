import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { boolean, list, optional, slot, text } from '../../engine/fields.ts';
import type { Row, Transformation } from '../../engine/kinds.ts';
import { str, truth } from '../../lang/index.ts';
import { compileDpath, DpathError } from '../../lib/dpath.ts';
import { isGlob } from '../../lib/glob.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';
import { withoutFields } from './without-fields.ts';

/** parity: transformations/dpath_flatten_fields.py:DpathFlattenFields */
export const DpathFlattenFields = component({
  type: 'DpathFlattenFields',
  kind: 'transformation',
  summary: 'Brings the fields of the object at a path to the top of the record, unless one of their names is taken.',
  example: `
    type: DpathFlattenFields
    field_path: [attributes]
    delete_origin_value: true`,
  fields: () => ({
    field_path: list(text('A name, an index of a list, or a pattern; may be a template that reads the config.')),
    delete_origin_value: optional(boolean()),
    replace_record: optional(boolean()),
    key_transformation: optional(slot('data', { types: ['KeyTransformation'] })),
  }),
  build(spec, b): Transformation {
    const context = b.context();
    const segments = spec.field_path.map((segment) => b.string(segment).evaluate(context));
    const path = compileDpath(segments);
    const rename = compileRename(b, spec.key_transformation && b.build('data', spec.key_transformation));
    const origin = spec.delete_origin_value ? compileOrigin(segments) : undefined;
    const find = (record: Row): Json | undefined => (path.hasStar ? path.values(record)[0] : path.get(record));
    return {
      reads: 'all',
      changesInPlace: spec.delete_origin_value === true && segments.length > 1,
      transform(record) {
        const found = find(record);
        if (!isPlainObject(found)) return record;
        const fields = rename(found as JsonObject);
        if (spec.replace_record && Object.keys(fields).length > 0) return fields === record ? {} : { ...fields };
        if (Object.keys(fields).some((key) => Object.hasOwn(record, key))) return record;
        const target = origin === undefined ? record : origin(record);
        for (const [key, value] of Object.entries(fields)) setOwnProperty(target, key, value);
        return target;
      },
    };
  },
});

/** Removes what is at the path from a record; a named field at the top without cutting the record. */
function compileOrigin(segments: readonly unknown[]): (record: Row) => Row {
  const path = compileDpath(segments);
  const [name] = segments;
  if (segments.length === 1 && typeof name === 'string' && !isGlob(name)) return (record) => withoutFields(record, (key) => key === name);
  return (record) => {
    if (path.remove(record) === 0) throw new DpathError('DpathFlattenFields found nothing at its path to delete');
    return record;
  };
}

function compileRename(b: Builder, transformation: JsonObject | undefined): (fields: JsonObject) => JsonObject {
  const context = b.context();
  const part = (text: Json | undefined): string => {
    const value = typeof text === 'string' ? b.string(text).evaluate(context) : null;
    return truth(value) ? str(value) : '';
  };
  const [prefix, suffix] = [part(transformation?.['prefix']), part(transformation?.['suffix'])];
  if (prefix === '' && suffix === '') return (fields) => fields;
  return (fields) => Object.fromEntries(Object.entries(fields).map(([key, value]) => [`${prefix}${key}${suffix}`, value]));
}
