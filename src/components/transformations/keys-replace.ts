import { component } from '../../engine/component.ts';
import { template } from '../../engine/fields.ts';
import type { Transformation } from '../../engine/kinds.ts';
import { str } from '../../lang/index.ts';
import { renameKeys } from './rename-keys.ts';

/** parity: transformations/keys_replace_transformation.py:KeysReplaceTransformation */
export const KeysReplace = component({
  type: 'KeysReplace',
  kind: 'transformation',
  summary: 'Replaces a text in the names of fields, also of nested objects but not of those in lists.',
  example: `
    type: KeysReplace
    old: " "
    new: "_"`,
  fields: () => ({
    old: template('config', 'record', 'stream_slice'),
    new: template('config', 'record', 'stream_slice'),
  }),
  build(spec, b): Transformation {
    const [old, replacement] = [b.string(spec.old), b.string(spec.new)];
    const context = b.context('record', 'stream_slice');
    return {
      reads: 'all',
      transform(record, request) {
        context['record'] = record;
        context['stream_slice'] = request.slice;
        const from = str(old.evaluate(context));
        const to = str(replacement.evaluate(context));
        return renameKeys(record, (key) => replaceText(key, from, to));
      },
    };
  },
});

/** Python's `str.replace`: an empty text to replace is found around each character. */
function replaceText(text: string, from: string, to: string): string {
  return from === '' ? to + [...text].map((character) => character + to).join('') : text.split(from).join(to);
}
