import { type Json, stringifyJson } from '../../lib/json.ts';
import { type DateTime, Delta, type Duration, formatStep, precisionOf } from '../../lib/time/index.ts';
import type { Axis } from './axis.ts';

/** How the dates of a cursor are written, and how far its windows are apart. */
export interface Fineness {
  readonly format: string;
  /** How records may write them as well. */
  readonly otherFormats: readonly string[];
  readonly granularity: Delta | Duration | undefined;
}

/** Counts records whose values lie between the end of a window and the start of the next, where none is asked for. */
export interface FineValues {
  readonly inspect: (value: Json | undefined) => void;
  /** The warning of them, as the rest of a sentence on the stream. */
  remarks(): string[];
}

const ONE_DAY = Delta.of({ days: 1 });

/**
 * Undefined where values cannot be finer than the distance of windows: without windows, and where records write their dates no finer than
 * requests do. Borders that are whole days are left alone, since APIs take such a one for all of its day.
 */
export function createFineValues(axis: Axis<DateTime>, { format, otherFormats, granularity }: Fineness): FineValues | undefined {
  const step = formatStep(format);
  if (!(granularity instanceof Delta) || !(step instanceof Delta)) return undefined;
  if (step.compare(granularity) < 0 || step.compare(ONE_DAY) >= 0 || !otherFormats.some((other) => isFiner(other, step))) return undefined;
  let count = 0;
  let example: Json | undefined;
  return {
    inspect(value) {
      const time = value === undefined || value === null ? undefined : axis.tryParse(value);
      if (time === undefined || precisionOf(time).compare(step) >= 0) return;
      count += 1;
      example ??= value;
    },
    remarks() {
      if (count === 0 || example === undefined) return [];
      const records = count === 1 ? '1 record has a cursor value that is' : `${count} records have cursor values that are`;
      return [
        `${records} finer than the cursor_granularity, such as ${stringifyJson(example)}. Records between the end of one window and the start of the next are never asked for: write more digits by datetime_format and cursor_granularity, if the API takes them.`,
      ];
    },
  };
}

function isFiner(format: string, step: Delta): boolean {
  const other = formatStep(format);
  return other instanceof Delta && other.compare(step) < 0;
}
