import { type Json, stringifyJson } from '../lib/json.ts';
import { plainScalarTag } from './yaml-scalars.ts';

/** The widest line of a text that is folded. */
const WIDTH = 120;
const FLOAT = 'tag:yaml.org,2002:float';
const TEXT = 'tag:yaml.org,2002:str';
/** Texts that YAML 1.1 takes for something else, which are keys of merges or nothing at all. */
const SPECIAL = /^(?:<<|=)$/;

/** A value as YAML that `readYaml`, and any reader of YAML 1.1 or 1.2, reads back as the same; every digit is kept. */
export async function writeYaml(value: Json): Promise<string> {
  const { isCollection, isScalar, parseDocument, visit } = await import('yaml');
  const document = parseDocument(stringifyJson(value), { intAsBigInt: true });
  visit(document, {
    Node(_key, node) {
      if (isCollection(node) && node.items.length > 0) node.flow = false;
      if (!isScalar(node)) return;
      // Without a fraction, YAML 1.1 takes an exponent for text.
      if (typeof node.value === 'number' && (node.format === 'EXP' || String(node.value).includes('e'))) node.tag = FLOAT;
      if (typeof node.value !== 'string') return;
      if (node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
      else if (isPlain(node.value)) node.type = 'PLAIN';
    },
  });
  return document.toString({ lineWidth: WIDTH });
}

function isPlain(text: string): boolean {
  return plainScalarTag(text) === TEXT && !SPECIAL.test(text);
}
