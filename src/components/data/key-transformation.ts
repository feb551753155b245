import { component } from '../../engine/component.ts';
import { optional, template } from '../../engine/fields.ts';

/** parity: transformations/dpath_flatten_fields.py:KeyTransformation */
export const KeyTransformation = component({
  type: 'KeyTransformation',
  kind: 'data',
  summary: 'What DpathFlattenFields puts before and after the names that it brings to the top.',
  example: `
    type: KeyTransformation
    prefix: address_`,
  fields: () => ({
    prefix: optional(template('config')),
    suffix: optional(template('config')),
  }),
  build: (spec) => ({
    ...(spec.prefix === undefined ? {} : { prefix: spec.prefix }),
    ...(spec.suffix === undefined ? {} : { suffix: spec.suffix }),
  }),
});
