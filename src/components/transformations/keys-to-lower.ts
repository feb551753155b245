import { component } from '../../engine/component.ts';
import type { Row, Transformation } from '../../engine/kinds.ts';
import { setOwnProperty } from '../../lib/objects.ts';

/** parity: transformations/keys_to_lower_transformation.py:KeysToLowerTransformation */
export const KeysToLower = component({
  type: 'KeysToLower',
  kind: 'transformation',
  summary: 'Writes the names of the top-level fields in lower case; where two become equal, the one that was renamed stays.',
  example: `
    type: KeysToLower`,
  fields: () => ({}),
  build(): Transformation {
    return {
      reads: 'all',
      transform(record) {
        const lowered: Row = {};
        const renamed = new Set<string>();
        for (const [key, value] of Object.entries(record)) {
          const name = key.toLowerCase();
          if (name !== key) renamed.add(name);
          else if (renamed.has(name)) continue;
          setOwnProperty(lowered, name, value);
        }
        return lowered;
      },
    };
  },
});
