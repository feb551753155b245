import { component } from '../../engine/component.ts';
import { list, template, text, withDefault } from '../../engine/fields.ts';
import type { Row, Transformation } from '../../engine/kinds.ts';
import { compileDpath, type Dpath, removeLeaves } from '../../lib/dpath.ts';
import { isGlob } from '../../lib/glob.ts';
import { setOwnProperty } from '../../lib/objects.ts';

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
    field_pointers: list(list(text('A name, an index of a list, or a pattern.'))),
  }),
  build(spec, b): Transformation {
    const pointers = spec.field_pointers;
    if (spec.condition !== '') {
      const test = b.condition(spec.condition);
      const context = b.context('property');
      context['parameters'] = {};
      const remove = (record: Row): void => {
        for (let i = 0; i < pointers.length; i += 1) {
          removeLeaves(record, (value) => {
            context['property'] = value;
            return test(context);
          });
        }
      };
      return { reads: 'all', changesInPlace: true, transform: remove };
    }
    const names = new Set(pointers.filter(isTopLevelName).map(([name]) => name as string));
    const paths = pointers.filter((pointer) => !isTopLevelName(pointer)).map((pointer) => compileDpath(pointer));
    return {
      reads: 'all',
      changesInPlace: paths.length > 0,
      transform(record) {
        const kept = withoutFields(record, names);
        for (let i = 0; i < paths.length; i += 1) (paths[i] as Dpath).remove(kept);
        return kept;
      },
    };
  },
});

function isTopLevelName(pointer: readonly string[]): boolean {
  return pointer.length === 1 && !isGlob(pointer[0] as string);
}

/** The record without some fields; copied rather than cut, because objects that lost a property are slow to write. */
function withoutFields(record: Row, names: ReadonlySet<string>): Row {
  let present = false;
  for (const name of names) if (Object.hasOwn(record, name)) present = true;
  if (!present) return record;
  const kept: Row = {};
  for (const key of Object.keys(record)) if (!names.has(key)) setOwnProperty(kept, key, record[key] as Row[string]);
  return kept;
}
