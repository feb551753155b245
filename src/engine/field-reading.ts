import { Float } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';

/** Why a value does not fit a field. */
export interface Misfit {
  /** Where in the value. */
  readonly path: readonly (string | number)[];
  /** What it must be, as a sentence goes on that begins with the name of the field. */
  readonly expectation: string;
}

/** Gives a value in the form that components take; notes why it does not fit, and then gives anything. */
export type Read<T> = (value: unknown, misfits: Misfit[]) => T;

/** Whether a field may be left out, and whether it has a value then. */
export type Presence = 'required' | 'optional' | 'defaulted';

/** What an object's member is read by. */
export interface Member {
  readonly presence: Presence;
  readonly read: Read<unknown>;
}

function misfit(misfits: Misfit[], expectation: string): void {
  misfits.push({ path: [], expectation });
}

/** Reads what a condition holds for. */
export function readWhere<T>(holds: (value: unknown) => boolean, expectation: string): Read<T> {
  return (value, misfits) => {
    if (!holds(value)) misfit(misfits, expectation);
    return value as T;
  };
}

/** Reads a text. */
export const readText: Read<string> = (value, misfits) => {
  if (typeof value !== 'string') misfit(misfits, 'must be text');
  return value as string;
};

/** Reads true or false. */
export const readBoolean: Read<boolean> = (value, misfits) => {
  if (typeof value !== 'boolean') misfit(misfits, 'must be true or false');
  return value as boolean;
};

/** Reads a finite number; one written `1.0` is 1. */
export const readNumber: Read<number> = (value, misfits) => {
  const number = value instanceof Float ? value.value : value;
  if (!Number.isFinite(number)) misfit(misfits, 'must be a number');
  return number as number;
};

/** Reads a whole number; one written `1.0` or as text counts too. */
export const readWhole: Read<number> = (value, misfits) => {
  const number = typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : value instanceof Float ? value.value : value;
  if (!Number.isFinite(number)) misfit(misfits, 'must be a number');
  else if (!Number.isInteger(number)) misfit(misfits, 'must be a whole number');
  else if (!Number.isSafeInteger(number)) misfit(misfits, `must be a whole number of at most ${Number.MAX_SAFE_INTEGER}`);
  return number as number;
};

/** Reads one of some words. */
export function readWord<Word extends string>(words: readonly Word[]): Read<Word> {
  return (value, misfits) => {
    if (!words.includes(value as Word)) misfit(misfits, `must be one of ${words.join(', ')}`);
    return value as Word;
  };
}

/** Reads by one and what that gives by another, unless it does not fit the first. */
export function readThen<T, U>(first: Read<T>, second: Read<U>): Read<U> {
  return (value, misfits) => {
    const before = misfits.length;
    const read = first(value, misfits);
    return misfits.length > before ? (read as unknown as U) : second(read, misfits);
  };
}

/** Reads each item of a list, which must have so many. */
export function readItems<T>(item: Read<T>, least = 0): Read<T[]> {
  return (value, misfits) => {
    if (!Array.isArray(value)) {
      misfit(misfits, 'must be a list');
      return [];
    }
    const items = value.map((one, index) => within(index, misfits, () => item(one, misfits)));
    if (items.length < least) misfit(misfits, `must be a list of at least ${least}`);
    return items;
  };
}

/** Reads the members of an object in the order given, and passes its others on, unless it is closed. */
export function readMembers(members: Readonly<Record<string, Member>>, isClosed = false): Read<Record<string, unknown>> {
  const names = Object.keys(members);
  return (value, misfits) => {
    const result: Record<string, unknown> = {};
    if (!isPlainObject(value)) {
      misfit(misfits, 'must be an object');
      return result;
    }
    for (const name of names) readMember(name, members[name] as Member, value, result, misfits);
    const others = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
    if (isClosed && others.length > 0) misfit(misfits, `must be an object of nothing but ${names.join(', ')}`);
    for (const name of others) setOwnProperty(result, name, value[name]);
    return result;
  };
}

function readMember(
  name: string,
  { presence, read }: Member,
  object: Readonly<Record<string, unknown>>,
  result: Record<string, unknown>,
  misfits: Misfit[],
): void {
  const isGiven = Object.hasOwn(object, name);
  if (!isGiven && presence === 'optional') return;
  const value = within(name, misfits, () => read(isGiven ? object[name] : undefined, misfits));
  if (value !== undefined || isGiven) result[name] = value;
}

/** Reads by the first of two ways that the value fits. */
export function readEither<A, B>(first: Read<A>, second: Read<B>): Read<A | B> {
  return (value, misfits) => {
    const [ofFirst, ofSecond]: [Misfit[], Misfit[]] = [[], []];
    const one = first(value, ofFirst);
    if (ofFirst.length === 0) return one;
    const other = second(value, ofSecond);
    if (ofSecond.length === 0) return other;
    misfit(misfits, alternatives([...ofFirst, ...ofSecond]));
    return other;
  };
}

function alternatives(misfits: readonly Misfit[]): string {
  return `must be ${[...new Set(misfits.map(({ expectation }) => expectation.replace(/^must be /, '')))].join(' or ')}`;
}

/** Reads a value that may be missing. */
export function readPresent<T, U>(read: Read<T>, fallback: U): Read<T | U> {
  return (value, misfits) => (value === undefined ? fallback : read(value, misfits));
}

/** Does a reading of a part, and has its misfits begin at that part. */
function within<T>(step: string | number, misfits: Misfit[], read: () => T): T {
  const before = misfits.length;
  const value = read();
  for (let index = before; index < misfits.length; index += 1) {
    const { path, expectation } = misfits[index] as Misfit;
    misfits[index] = { path: [step, ...path], expectation };
  }
  return value;
}
