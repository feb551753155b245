import {
  type CalendarDate,
  compileStrftime,
  compileStrptime,
  DateTime,
  Delta,
  dateInUtc,
  dateInZone,
  formatDatetime,
  isoParseUtc,
  parseDatetime,
  parseDuration,
  Zone,
} from '../../lib/time/index.ts';
import { compare } from '../comparison.ts';
import { encodeText } from '../encoding.ts';
import { truncateFloat } from '../methods/number.ts';
import { iterate, length } from '../operators.ts';
import type { Runtime } from '../runtime.ts';
import { timeCall } from '../times.ts';
import { HostMapping, isDict, isFloat, isInt, makeFloat, PythonError, type Tuple, typeName, Undefined, type Value } from '../values.ts';
import type { FunctionSpec } from './spec.ts';
import { requireText, textOf } from './text.ts';
import { percentEncode } from './texts.ts';

function now(runtime: Runtime): DateTime {
  return DateTime.fromEpochMicroseconds(runtime.environment.now(), Zone.utc);
}

/** Reads an ISO 8601 text; raises UndefinedError for undefined, TypeError or ValueError for what is no such text. */
function readIso(value: Value): DateTime {
  if (value instanceof Undefined) return value.fail();
  if (isShortContainer(value)) throw new PythonError('ValueError', 'ISO string too short');
  return timeCall(() => isoParseUtc(value));
}

/** Only the length of a container is looked at before it turns out to be no text. */
function isShortContainer(value: Value): boolean {
  const isContainer = Array.isArray(value) || isDict(value) || value instanceof HostMapping;
  return isContainer && length(value) < 4;
}

// parity: airbyte_cdk/sources/declarative/interpolation/macros.py:timestamp
function timestamp(value: Value): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isInt(value)) return value;
  if (isFloat(value)) return truncateFloat(Number(value));
  return makeFloat(readIso(value).timestamp());
}

// parity: airbyte_cdk/sources/declarative/interpolation/macros.py:max
function extreme(name: string, args: Tuple, order: '<' | '>'): Value {
  if (args.length === 0) throw new PythonError('TypeError', `${name} expected at least 1 argument, got 0`);
  let found: Value | undefined;
  for (const item of args.length === 1 ? iterate(args[0] as Value) : args) {
    if (found === undefined || compare(item, found, order)) found = item;
  }
  if (found === undefined) throw new PythonError('ValueError', `${name}() arg is an empty sequence`);
  return found;
}

function dayDelta(runtime: Runtime, days: Value, format: Value): string {
  if (!isInt(days) && !isFloat(days) && typeof days !== 'boolean') {
    if (days instanceof Undefined) throw new PythonError('TypeError', 'unsupported type for timedelta days component: Undefined');
    throw new PythonError('TypeError', `unsupported type for timedelta days component: ${typeName(days)}`);
  }
  return timeCall(() => compileStrftime(requireFormat(format))(now(runtime).add(Delta.of({ days: Number(days) }))));
}

function requireFormat(format: Value): string {
  return requireText(format, `strftime() argument 1 must be str, not ${typeName(format)}`);
}

// parity: airbyte_cdk/sources/declarative/interpolation/macros.py:format_datetime
function formatTime(value: Value, format: Value, inputFormat: Value): string {
  if (value instanceof DateTime) return timeCall(() => compileStrftime(requireFormat(format))(value));
  const hasInput = inputFormat !== null && inputFormat !== '';
  const text = hasInput ? requireText(inputFormat, `strptime() argument 2 must be str, not ${typeName(inputFormat)}`) : undefined;
  if (isInt(value) || typeof value === 'boolean')
    return printTime(
      timeCall(() => parseDatetime(value, text ?? '%s')),
      format,
    );
  if (text === undefined) return printTime(readIso(value), format);
  const given = requireText(value, `strptime() argument 1 must be str, not ${typeName(value)}`);
  return printTime(
    timeCall(() => compileStrptime(text).parse(given)),
    format,
  );
}

function printTime(time: DateTime, format: Value): string {
  const text = requireText(format);
  return timeCall(() => formatDatetime(time.zone === null ? time.withZone(Zone.utc) : time, text));
}

function todayIn(runtime: Runtime, zone: Value): CalendarDate {
  if (zone instanceof Undefined) return zone.fail();
  if (zone === null) throw new PythonError('KeyError', 'None');
  if (typeof zone !== 'string') throw new PythonError('AttributeError', `'${typeName(zone)}' object has no attribute 'upper'`);
  return timeCall(() => dateInZone(runtime.environment.now(), zone));
}

/** The functions that templates call by name: those of the low-code CDK. */
export const macros: readonly FunctionSpec[] = [
  {
    name: 'now_utc',
    parameters: [],
    doc: 'The present date and time in UTC.',
    examples: [['{{ now_utc() }}', '2026-01-15 12:34:56.789012+00:00']],
    impure: true,
    run: (runtime: Runtime) => now(runtime),
  },
  {
    name: 'today_utc',
    parameters: [],
    doc: 'The present date in UTC.',
    examples: [['{{ today_utc() }}', '2026-01-15']],
    impure: true,
    run: (runtime: Runtime) => dateInUtc(runtime.environment.now()),
  },
  {
    name: 'today_with_timezone',
    parameters: [['timezone']],
    doc: 'The present date in a time zone of the IANA data base.',
    examples: [["{{ today_with_timezone('Pacific/Kiritimati') }}", '2026-01-16']],
    impure: true,
    run: (runtime: Runtime, zone: Value) => todayIn(runtime, zone),
  },
  {
    name: 'timestamp',
    parameters: [['dt']],
    doc: 'Seconds since 1970: a number is cut to an integer, an ISO 8601 text gives a float.',
    examples: [
      ["{{ timestamp('2022-01-14') }}", '1642118400.0'],
      ['{{ timestamp(5.9) }}', '5'],
    ],
    run: (_runtime, value: Value) => timestamp(value),
  },
  {
    name: 'str_to_datetime',
    parameters: [['s']],
    doc: 'The date and time in UTC of an ISO 8601 text, which counts as UTC without an offset.',
    examples: [["{{ str_to_datetime('2022-01-14T01:00:00+02:00') }}", '2022-01-13 23:00:00+00:00']],
    run: (_runtime, value: Value) => readIso(value),
  },
  {
    name: 'format_datetime',
    parameters: [['dt'], ['format'], ['input_format', null]],
    doc: 'A date and time (an object, an ISO 8601 text, or epoch seconds) in another format; `input_format` says how to read it.',
    examples: [
      ["{{ format_datetime('2022-01-14', '%d/%m/%Y') }}", '14/01/2022'],
      ["{{ format_datetime('14.01.2022', '%s', '%d.%m.%Y') }}", '1642118400'],
    ],
    run: (_runtime, value: Value, format: Value, inputFormat: Value) => formatTime(value, format, inputFormat),
  },
  {
    name: 'day_delta',
    parameters: [['num_days'], ['format', '%Y-%m-%dT%H:%M:%S.%f%z']],
    doc: 'The present date and time moved by days, in a format.',
    examples: [["{{ day_delta(-1, '%Y-%m-%d') }}", '2026-01-14']],
    impure: true,
    run: (runtime: Runtime, days: Value, format: Value) => dayDelta(runtime, days, format),
  },
  {
    name: 'duration',
    parameters: [['datestring']],
    doc: 'The time span of an ISO 8601 duration, to add to a date or subtract from one.',
    examples: [["{{ str_to_datetime('2022-03-31') - duration('P1M') }}", '2022-02-28 00:00:00+00:00']],
    run: (_runtime, value: Value) => {
      if (value instanceof Undefined) throw new PythonError('TypeError', 'Expecting a string Undefined');
      return timeCall(() => parseDuration(value));
    },
  },
  {
    name: 'max',
    parameters: [['*args']],
    doc: 'The greatest of the arguments, or of the items of a single one.',
    examples: [
      ['{{ max(2, 3) }}', '3'],
      ['{{ max([2, 3, 1]) }}', '3'],
    ],
    run: (_runtime, args: Tuple) => extreme('max', args, '>'),
  },
  {
    name: 'min',
    parameters: [['*args']],
    doc: 'The smallest of the arguments, or of the items of a single one.',
    examples: [['{{ min(2, 3) }}', '2']],
    run: (_runtime, args: Tuple) => extreme('min', args, '<'),
  },
  {
    name: 'sanitize_url',
    parameters: [['value']],
    doc: 'The text percent-encoded as in a query, blanks as `+`.',
    examples: [["{{ sanitize_url('https://a.b/c?d=e f') }}", 'https%3A%2F%2Fa.b%2Fc%3Fd%3De+f']],
    run: (_runtime, value: Value) => {
      const bytes = value instanceof Uint8Array ? value : encodeText(requireText(value, 'quote_from_bytes() expected bytes'));
      return percentEncode(bytes, ' ').replaceAll(' ', '+');
    },
  },
  {
    name: 'camel_case_to_snake_case',
    parameters: [['value']],
    doc: 'The text with an underscore before each upper-case letter (but a first one), in lower case.',
    examples: [["{{ camel_case_to_snake_case('CamelCase') }}", 'camel_case']],
    run: (_runtime, value: Value) => textOf(requireText(value).replace(/(?<!^)(?=[A-Z])/g, '_'), 'lower'),
  },
  {
    name: 'generate_uuid',
    parameters: [],
    doc: 'A random UUID of version 4.',
    examples: [],
    impure: true,
    run: () => crypto.randomUUID(),
  },
];
