import { Delta } from './delta.ts';
import type { Duration } from './duration.ts';
import { parseDuration } from './parse-duration.ts';

/** Formats of numbers, by the unit that they count in. */
const EPOCH_STEPS: ReadonlyMap<string, string> = new Map([
  ['%s', 'PT1S'],
  ['%s_as_float', 'PT0.000001S'],
  ['%ms', 'PT0.001S'],
  ['%epoch_microseconds', 'PT0.000001S'],
]);
/** The letters of directives by the step from one of their values to the next, the finest first; `_ms` stands for `%_ms`. */
const STEPS: readonly (readonly [directives: readonly string[], step: string])[] = [
  [['f'], 'PT0.000001S'],
  [['_ms'], 'PT0.001S'],
  [[...'STXcrs'], 'PT1S'],
  [[...'MR'], 'PT1M'],
  [[...'HIkl'], 'PT1H'],
  [['p'], 'PT12H'],
  [[...'deDFjaAuwx'], 'P1D'],
  [[...'UVW'], 'P7D'],
  [[...'mbBh'], 'P1M'],
  [[...'YyGgC'], 'P1Y'],
];
/** A directive with the flags, width and modifier that the C library allows before its letter. */
const DIRECTIVE = /%(?:(_ms)|[-_0^#]*(?:[1-9]\d*)?[EO]?([a-zA-Z%]))/g;

/** The time from one date that a `datetime_format` can write to the next; undefined when it writes no part of a date. */
export function formatStep(format: string): Delta | Duration | undefined {
  const step = EPOCH_STEPS.get(format) ?? calendarStep(format);
  return step === undefined ? undefined : parseDuration(step);
}

function calendarStep(format: string): string | undefined {
  const written = new Set([...format.matchAll(DIRECTIVE)].map(([, milliseconds, letter]) => milliseconds ?? letter));
  return STEPS.find(([directives]) => directives.some((directive) => written.has(directive)))?.[1];
}

/** The parts of a clock. */
interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

/** The unit that it takes to write a time whole: a microsecond for one with six decimals, a day for midnight. */
export function precisionOf({ hour, minute, second, microsecond }: Clock): Delta {
  if (microsecond !== 0) return microsecond % 1000 === 0 ? Delta.of({ milliseconds: 1 }) : Delta.resolution;
  if (second !== 0) return Delta.of({ seconds: 1 });
  if (minute !== 0) return Delta.of({ minutes: 1 });
  return hour === 0 ? Delta.of({ days: 1 }) : Delta.of({ hours: 1 });
}
