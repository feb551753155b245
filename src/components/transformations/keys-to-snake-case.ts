import { component } from '../../engine/component.ts';
import type { Transformation } from '../../engine/kinds.ts';
import { renameKeys } from './rename-keys.ts';

type Transliterate = (text: string) => string;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
const ASCII = /^[\x00-\x7f]*$/;
const TOKEN = /[A-Z]+[a-z]*|[a-z]+|\d+|([^a-zA-Z\d]+)/g;

/** parity: transformations/keys_to_snake_transformation.py:KeysToSnakeCaseTransformation */
export const KeysToSnakeCase = component({
  type: 'KeysToSnakeCase',
  kind: 'transformation',
  summary: 'Writes the names of fields, also of nested objects but not of those in lists, in snake case and in ASCII.',
  example: `
    type: KeysToSnakeCase`,
  fields: () => ({}),
  build(): Transformation {
    let transliterate: Transliterate = (text) => text;
    const known = new Map<string, string>();
    const rename = (key: string): string => {
      let name = known.get(key);
      if (name === undefined) {
        name = snakeCase(ASCII.test(key) ? key : transliterate(key));
        if (known.size < MOST_KNOWN_NAMES) known.set(key, name);
      }
      return name;
    };
    return {
      reads: 'all',
      async ready() {
        transliterate = (await import('any-ascii')).default;
      },
      transform: (record) => renameKeys(record, rename),
    };
  },
});

const MOST_KNOWN_NAMES = 10_000;

/** An ASCII name in snake case: `fooBar 1` becomes `foo_bar_1`; other characters at its ends leave an underscore. */
function snakeCase(name: string): string {
  let tokens = [...name.matchAll(TOKEN)].map(([token, other]) => (other === undefined ? token : ''));
  if (tokens.length >= 3) tokens = tokens.filter((token, i) => token !== '' || i === 0 || i === tokens.length - 1);
  if (tokens[0] !== undefined && /^\d/.test(tokens[0])) tokens.unshift('');
  return tokens.map((token) => token.toLowerCase()).join('_');
}
