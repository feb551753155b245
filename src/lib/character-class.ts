import { onDemand } from './on-demand.ts';

/**
 * Tells whether a character is of a class: one of ASCII by its own pattern, another by one that names properties of Unicode. V8 takes
 * milliseconds to read such a pattern, so that it is made when it is first needed.
 */
export function characterClass(ascii: RegExp, beyond: () => RegExp): (character: string) => boolean {
  const pattern = onDemand(beyond);
  return (character) => ((character.codePointAt(0) as number) < 0x80 ? ascii : pattern()).test(character);
}
