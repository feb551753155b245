import { compileRegex } from './regex.ts';

/** The text that a pattern of Python's `re` matches, anywhere or at the start only; undefined when it matches nothing there. */
export function searchPattern(pattern: string, text: string, where: 'anywhere' | 'start' = 'anywhere'): string | undefined {
  const regex = compileRegex(pattern);
  return (where === 'start' ? regex.match(text) : regex.search(text))?.groups[0];
}
