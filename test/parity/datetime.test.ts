import { describe, expect, it } from 'vitest';
import { createTemplates } from '../../src/lang/index.ts';
import { str } from '../../src/lang/repr.ts';
import { PythonError, type Value } from '../../src/lang/values.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import {
  clampDatetime,
  DateError,
  type DateTime,
  Duration,
  dateTimeFromIsoFormat,
  formatDatetime,
  parseDatetime,
  parseDuration,
  parseFlexible,
} from '../../src/lib/time/index.ts';
import { corpusLines, sharedPath } from './shared.ts';

const FILE = 'units/datetime.jsonl';

/** Microseconds since 1970 of a corpus' `now`. */
function nowOf(line: JsonObject): bigint {
  return parseDatetime(line.now, '%Y-%m-%dT%H:%M:%S.%f%z').epochMicroseconds();
}

function isoText(time: DateTime): string {
  return time.isoformat('T', 'microseconds');
}

function moved(line: JsonObject, direction: 1 | -1): string {
  const time = dateTimeFromIsoFormat(line.datetime as string);
  const duration = parseDuration(line.duration);
  if (duration instanceof Duration) return isoText(direction === 1 ? duration.addTo(time) : duration.subtractFrom(time));
  return isoText(direction === 1 ? time.add(duration) : time.subtract(duration));
}

function integerOrText(value: string): number | string {
  return /^-?\d+$/.test(value) ? Number(value) : value;
}

function durationParts(value: unknown): JsonObject {
  const duration = parseDuration(value);
  if (!(duration instanceof Duration)) {
    return { str: duration.toString(), months: 0, years: 0, microseconds: Number(duration.totalMicroseconds()) };
  }
  const calendar = { months: duration.months, years: duration.years };
  const whole = calendar.months.isInteger() && calendar.years.isInteger();
  const show = (text: string) => (whole ? integerOrText(text) : text);
  return {
    str: duration.toString(),
    months: show(calendar.months.toString()),
    years: show(calendar.years.toString()),
    microseconds: Number(duration.delta.totalMicroseconds()),
  };
}

/** The three fields of a MinMaxDatetime evaluated and clamped; an empty minimum or maximum does not count. */
function minMaxDatetime(line: JsonObject): string {
  const templates = createTemplates({ now: () => nowOf(line) });
  const context = { config: line.config as Value, parameters: line.parameters as Value };
  const format = (line.datetime_format as string) || '%Y-%m-%dT%H:%M:%S.%f%z';
  const read = (text: string): DateTime | undefined => {
    const value = str(templates.compile(text).evaluateString(context));
    return value === '' ? undefined : parseDatetime(value, format);
  };
  const limit = (field: string): DateTime | undefined => (line[field] ? read(line[field] as string) : undefined);
  const time = parseDatetime(str(templates.compile(line.datetime as string).evaluateString(context)), format);
  return isoText(clampDatetime(time, limit('min_datetime'), limit('max_datetime')));
}

const operations: Record<string, (line: JsonObject) => unknown> = {
  parse: (line) => {
    const time = parseDatetime(line.value, line.format as string);
    return { iso: isoText(time), epoch_us: Number(time.epochMicroseconds()), offset_s: (time.zone?.offset ?? 0) / 1_000_000 };
  },
  format: (line) => formatDatetime(dateTimeFromIsoFormat(line.datetime as string), line.format as string),
  ab_datetime_parse: (line) => {
    const time = parseFlexible(line.value, nowOf(line));
    return { iso: isoText(time), str: time.isoformat() };
  },
  duration: (line) => durationParts(line.value),
  add: (line) => moved(line, 1),
  subtract: (line) => moved(line, -1),
  min_max_datetime: minMaxDatetime,
};

describe.skipIf(sharedPath(FILE) === undefined)('dates of the corpus', () => {
  const lines = corpusLines(FILE);
  for (const [op, run] of Object.entries(operations)) {
    const cases = lines.filter((line) => line.op === op);
    it(`${op}: ${cases.length} lines`, () => {
      for (const line of cases) {
        let actual: unknown;
        try {
          actual = run(line);
        } catch (error) {
          if (!(error instanceof DateError || error instanceof PythonError)) throw error;
          actual = error;
        }
        if (line.error === true) {
          expect(actual, JSON.stringify(line)).toBeInstanceOf(Error);
          const type = line.error_type === 'ISO8601Error' ? 'ValueError' : line.error_type;
          expect((actual as DateError | PythonError).type, JSON.stringify(line)).toBe(type);
        } else {
          expect(actual, JSON.stringify(line)).toEqual(line.expected);
        }
      }
      expect(cases.length).toBeGreaterThan(0);
    });
  }
});
