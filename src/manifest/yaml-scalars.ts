import { Float, type Json } from '../lib/json.ts';

const BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER = /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const TIMESTAMP = /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

const TAG_PREFIX = 'tag:yaml.org,2002:';

/** The type that a plain scalar has by YAML 1.1's rules: `yes` is a boolean, `010` an octal integer, `1e3` text. */
// parity: PyYAML resolver.py:Resolver
export function plainScalarTag(text: string): string {
  if (NULL.test(text)) return `${TAG_PREFIX}null`;
  const first = text.charCodeAt(0);
  if (first < 0x3a && (first >= 0x30 || first === 0x2b || first === 0x2d || first === 0x2e)) {
    if (FLOAT.test(text)) return `${TAG_PREFIX}float`;
    if (INTEGER.test(text)) return `${TAG_PREFIX}int`;
    if (DATE.test(text) || (text.includes(':') && TIMESTAMP.test(text))) return `${TAG_PREFIX}timestamp`;
  } else if (BOOLEAN.test(text)) {
    return `${TAG_PREFIX}bool`;
  }
  return `${TAG_PREFIX}str`;
}

/**
 * The value of a scalar of that type; undefined when the text is no such value or the type has no place in a manifest.
 * Dates and times become the ISO text that they have wherever they are written out.
 */
// parity: PyYAML constructor.py:SafeConstructor
export function scalarValue(tag: string, text: string): Json | undefined {
  switch (tag) {
    case `${TAG_PREFIX}str`:
      return text;
    case `${TAG_PREFIX}null`:
      return null;
    case `${TAG_PREFIX}bool`:
      return BOOLEAN.test(text) ? /^(?:yes|true|on)$/i.test(text) : undefined;
    case `${TAG_PREFIX}int`:
      return integerValue(text);
    case `${TAG_PREFIX}float`:
      return floatValue(text);
    case `${TAG_PREFIX}timestamp`:
      return timestampText(text);
    default:
      return undefined;
  }
}

function integerValue(text: string): number | bigint | undefined {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  const magnitude = magnitudeOf(digits);
  if (magnitude === undefined) return undefined;
  const value = negative ? -magnitude : magnitude;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function magnitudeOf(digits: string): bigint | undefined {
  if (/^0b[01]+$/.test(digits) || /^0x[0-9a-f]+$/i.test(digits) || /^(?:0|[1-9]\d*)$/.test(digits)) return BigInt(digits);
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits}`);
  if (/^\d+(?::\d+)+$/.test(digits)) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  return undefined;
}

function floatValue(text: string): number | Float | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  if (!/^(?:\d+(?::\d+)*(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/.test(digits)) return undefined;
  const value = sign * (digits.includes(':') ? sexagesimal(digits) : Number(digits));
  return Number.isInteger(value) ? new Float(value) : value;
}

/** Sums from the last part on, as the rounding depends on the order. */
function sexagesimal(digits: string): number {
  let value = 0;
  let base = 1;
  for (const part of digits.split(':').reverse()) {
    value += Number(part) * base;
    base *= 60;
  }
  return value;
}

function timestampText(text: string): string | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour, minute = '', second = '', fraction = '', zone] = match;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (!isCalendarDate(Number(year), Number(month), Number(day))) return undefined;
  if (hour === undefined) return date;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  return `${date}T${hour.padStart(2, '0')}:${minute}:${second}${micros === '000000' ? '' : `.${micros}`}${offsetText(zone)}`;
}

function isCalendarDate(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function offsetText(zone: string | undefined): string {
  if (zone === undefined) return '';
  if (zone === 'Z') return '+00:00';
  const [hours = '', minutes = '00'] = zone.slice(1).split(':');
  const zero = Number(hours) === 0 && Number(minutes) === 0;
  return `${zero ? '+' : zone[0]}${hours.padStart(2, '0')}:${minutes}`;
}
