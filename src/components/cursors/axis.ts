import type { Json } from '../../lib/json.ts';

/** The values that a cursor moves along, such as dates: how they are read, printed and ordered. */
export interface Axis<T> {
  /** Reads the border of a slice; throws for one that is none. */
  parse(value: Json): T;
  /** What is wrong with a value of a state, as the end of a sentence on it; undefined when it can be read. */
  fault(value: Json): string | undefined;
  /** Reads a value of a record; undefined for one that is none. */
  tryParse(value: Json): T | undefined;
  print(value: T): Json;
  /** Negative, zero or positive as `a` comes before, with or after `b`. */
  compare(a: T, b: T): number;
  /** Whether the reference takes the value for absent, as Python does zero. */
  isFalsy(value: T): boolean;
  /** The value up to which an interval that ends at `value` reaches when the next one begins there. */
  next(value: T): T;
  /** Whether `isCovered` can ever tell. */
  readonly tellsCovered: boolean;
  /** Whether a value surely comes no later than another and prints no greater, told without reading either; false where that cannot be told. */
  isCovered(value: Json, by: Json): boolean;
  /** Whether what `a` prints is surely no greater than what `b` prints. */
  printsInOrder(a: T, b: T): boolean;
}

/** The later of two values, the first of equal ones. */
export function later<T>(axis: Axis<T>, a: T, b: T): T {
  return axis.compare(b, a) > 0 ? b : a;
}

/** The earlier of two values, the first of equal ones. */
export function earlier<T>(axis: Axis<T>, a: T, b: T): T {
  return axis.compare(b, a) < 0 ? b : a;
}
