import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { boolean, list, optional, slot, text, withDefault } from '../../engine/fields.ts';
import type { Row, Transformation } from '../../engine/kinds.ts';
import { str, truth } from '../../lang/index.ts';
import { compileDpath, DpathError } from '../../lib/dpath.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';

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
    delete_origin_value: withDefault(boolean(), false),
    replace_record: withDefault(boolean(), false),
    key_transformation: optional(slot('data', { types: ['KeyTransformation'] })),
  }),
  build(spec, b): Transformation {
    const context = b.context();
    const path = compileDpath(spec.field_path.map((segment) => b.string(segment).evaluate(context)));
    const rename = compileRename(b, spec.key_transformation && b.build('data', spec.key_transformation));
    const find = (record: Row): Json | undefined => (path.hasStar ? path.values(record)[0] : path.get(record));
    return {
      reads: 'all',
      changesInPlace: spec.delete_origin_value,
      transform(record) {
        const found = find(record);
        if (!isPlainObject(found)) return record;
        const fields = rename(found as JsonObject);
        if (spec.replace_record && Object.keys(fields).length > 0) return fields === record ? {} : { ...fields };
        if (Object.keys(fields).some((key) => Object.hasOwn(record, key))) return record;
        if (spec.delete_origin_value && path.remove(record) === 0) throw new DpathError('DpathFlattenFields found nothing at its path to delete');
        for (const [key, value] of Object.entries(fields)) setOwnProperty(record, key, value);
        return record;
      },
    };
  },
});

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
