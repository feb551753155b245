import { component } from '../../engine/component.ts';
import { describe, either, integer, list, template, text, withDefault } from '../../engine/fields.ts';
import type { Row, Transformation } from '../../engine/kinds.ts';
import { compileDpath, removeLeaves } from '../../lib/dpath.ts';
import { compileGlob, isGlob } from '../../lib/glob.ts';
import type { Json } from '../../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';
import { withoutFields } from './without-fields.ts';

/** parity: transformations/remove_fields.py:RemoveFields */
export const RemoveFields = component({
  type: 'RemoveFields',
  kind: 'transformation',
  summary: 'Removes fields from each record; items of lists become null unless they are the last.',
  example: `
    type: RemoveFields
    field_pointers:
      - [internal]
      - [content, "*_html"]`,
  fields: () => ({
    condition: withDefault(template('config', 'property', 'parameters'), ''),
    field_pointers: list(list(segment())),
  }),
  build(spec, b): Transformation {
    const pointers = spec.field_pointers.map((pointer) => pointer.map(String));
    if (spec.condition !== '') {
      const test = b.condition(spec.condition);
      const context = b.context('property');
      context['parameters'] = {};
      const remove = (record: Row): undefined => {
        for (let i = 0; i < pointers.length; i += 1) {
          removeLeaves(record, (value) => {
            context['property'] = value;
            return test(context);
          });
        }
      };
      return { reads: 'all', changesInPlace: true, transform: remove };
    }
    const top = pointers.filter(isTopLevel).map(([name]) => name as string);
    const atTop = compileTopLevel(top);
    const below = pointers.filter((pointer) => !isTopLevel(pointer)).map(compileNested);
    const isNamed = below.length === 0 && !top.some(isGlob);
    return {
      reads: isNamed ? 'nothing' : 'all',
      edits: isNamed ? { sets: [], drops: top } : undefined,
      changesInPlace: below.length > 0,
      transform(record) {
        const kept = atTop(record);
        for (let i = 0; i < below.length; i += 1) (below[i] as (record: Row) => void)(kept);
        return kept;
      },
    };
  },
});

/** A number counts as the text that it is written with. */
function segment() {
  return describe(either(text(), integer()), { schema: { type: 'string' }, description: 'A name, an index of a list, or a pattern.' });
}

function isTopLevel(pointer: readonly string[]): boolean {
  return pointer.length === 1;
}

/** Drops top-level fields by name or pattern; `**` drops them all. */
function compileTopLevel(pointers: readonly string[]): (record: Row) => Row {
  const names = pointers.filter((pointer) => !isGlob(pointer));
  const patterns = pointers.filter(isGlob).map(compileGlob);
  const dropped = new Set(names);
  if (patterns.length > 0)
    return (record) => withoutFields(record, (name) => dropped.has(name) || patterns.some((pattern) => pattern.test(name)));
  const isDropped = (name: string): boolean => dropped.has(name);
  return (record) => {
    for (let i = 0; i < names.length; i += 1) if ((names[i] as string) in record) return withoutFields(record, isDropped);
    return record;
  };
}

/** Removes what a longer path matches; fields of objects that are named are dropped without cutting the object. */
function compileNested(pointer: readonly string[]): (record: Row) => void {
  const path = compileDpath(pointer);
  const isNamed = !pointer.some(isGlob);
  const parents = pointer.slice(0, -2);
  const [owner = '', name = ''] = pointer.slice(-2);
  const isDropped = (key: string): boolean => key === name;
  return (record) => {
    const holder = isNamed ? objectAt(record, parents) : undefined;
    const object = holder && ownProperty(holder, owner);
    if (holder === undefined || !isPlainObject(object)) path.remove(record);
    else if (Object.hasOwn(object, name)) setOwnProperty(holder, owner, withoutFields(object as Row, isDropped));
  };
}

/** The object at some names; undefined when something else is on the way. */
function objectAt(record: Row, names: readonly string[]): Row | undefined {
  let object: Json | undefined = record;
  for (const name of names) object = isPlainObject(object) ? ownProperty(object as Row, name) : undefined;
  return isPlainObject(object) ? (object as Row) : undefined;
}
