import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { list, template } from '../../engine/fields.ts';
import { str } from '../../lang/index.ts';
import { isGlob } from '../../lib/glob.ts';

/** parity: expanders/record_expander.py:ParentFieldPath */
export const ParentFieldPath = component({
  type: 'ParentFieldPath',
  kind: 'data',
  summary: 'A value that RecordExpander copies from the record that it expands to each of the records that it makes.',
  example: `
    type: ParentFieldPath
    parent_path: [repository, name]
    record_path: [repository_name]`,
  fields: () => ({
    parent_path: list(template('config')),
    record_path: list(template('config')),
  }),
  build: (spec, b) => ({
    parent_path: evaluatePath(b, 'parent_path', spec.parent_path),
    record_path: evaluatePath(b, 'record_path', spec.record_path),
  }),
});

function evaluatePath(b: Builder, field: string, path: readonly string[]): string[] {
  const context = b.context();
  const names = path.map((segment) => str(b.string(segment).evaluate(context)));
  if (names.length === 0) b.fail(`The ${field} is empty.`, field);
  if (names.some(isGlob)) b.fail(`The ${field} must name one field: patterns with *, ? or [ are not possible here.`, field);
  return names;
}
