import { component } from '../../engine/component.ts';
import { either, list, text } from '../../engine/fields.ts';
import { str, truth, type Value } from '../../lang/index.ts';
import { ownProperty } from '../../lib/objects.ts';

/** parity: requesters/query_properties/strategies/group_by_key.py:GroupByKey */
export const GroupByKeyMergeStrategy = component({
  type: 'GroupByKeyMergeStrategy',
  kind: 'recordMerge',
  summary: 'Joins the parts of a record that several requests gave by the value of one field, or of several fields together.',
  example: `
    type: GroupByKeyMergeStrategy
    key: [account_id, id]`,
  fields: () => ({ key: either(text(), list(text())) }),
  build(spec) {
    const keys = [spec.key].flat();
    return {
      key(record) {
        const values = keys.map((key) => ownProperty(record, key) as Value | undefined);
        return values.every((value) => value !== undefined && truth(value))
          ? values.map((value) => str(value as Value)).join(',')
          : undefined;
      },
    };
  },
});
