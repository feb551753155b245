import { component } from '../../engine/component.ts';
import { integer, oneOf, optional, type Slot, slot } from '../../engine/fields.ts';
import { codePointLength } from '../../lang/code-points.ts';

/** What stands between two properties in a request, percent-encoded. */
const DELIMITER_LENGTH = 3;

/** parity: requesters/query_properties/property_chunking.py:PropertyChunking */
export const PropertyChunking = component({
  type: 'PropertyChunking',
  kind: 'propertyChunking',
  summary: 'Cuts the properties into lists that fit into one request each, by their number or by the length of their names.',
  example: `
    type: PropertyChunking
    property_limit_type: characters
    property_limit: 1500
    record_merge_strategy:
      type: GroupByKeyMergeStrategy
      key: id`,
  fields: () => ({
    property_limit_type: oneOf('characters', 'property_count'),
    property_limit: optional(integer()),
    record_merge_strategy: optional(slot('recordMerge', { types: ['GroupByKeyMergeStrategy'], defaultType: 'GroupByKeyMergeStrategy' })),
  }),
  build(spec, b) {
    const { property_limit: limit } = spec;
    const merge = b.build(
      'recordMerge',
      spec.record_merge_strategy ?? ({ type: 'GroupByKeyMergeStrategy', key: 'id' } as unknown as Slot<'recordMerge'>),
      {
        defaultType: 'GroupByKeyMergeStrategy',
      },
    );
    const sizeOf = spec.property_limit_type === 'characters' ? (name: string) => codePointLength(name) + DELIMITER_LENGTH : () => 1;
    return {
      mergeKey: (record) => merge.key(record),
      chunks(names, always, selected) {
        // Without a limit the reference asks for all properties, selected or not.
        if (!limit) return [[...names, ...always]];
        const chunks: string[][] = [];
        let chunk = [...always];
        let size = 0;
        for (const name of names) {
          if (selected !== undefined && !selected.has(name)) continue;
          const added = sizeOf(name);
          if (size + added > limit) {
            chunks.push(chunk);
            chunk = [...always];
            size = 0;
          }
          chunk.push(name);
          size += added;
        }
        return [...chunks, chunk];
      },
    };
  },
});
