import { cached } from './cache.ts';
import { DAY, dateFromDays, dayOf, daysFromDate, isoCalendar, monthOf, weekdayOf, yearOf } from './calendar.ts';
import { pad } from './delta.ts';
import type { Moment } from './moment.ts';
import { abbreviate, MONTHS, WEEKDAYS } from './names.ts';

/** Prints one piece of a format; `date` is the packed date and `second` the second of the day of the moment. */
type Part = (date: number, second: number, moment: Moment) => string;

/** What stands between `%` and the letter of a directive of the C library. */
interface Spec {
  readonly pad: '' | '_' | '-' | '0';
  readonly upper: boolean;
  readonly swap: boolean;
  readonly width: number;
  readonly modifier: '' | 'E' | 'O';
  /** The directive as written, which is printed when there is no such directive. */
  readonly source: string;
}

const SPEC = /^%([_0^#-]*)(\d*)([EO]?)/;
const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => pad(n, 2));
const NOTHING: Part = () => '';

const COMPOSITES: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  x: '%m/%d/%y',
};

/** Directives that print a number: its digits when no width is given, what it is padded with, and its value. */
const NUMBERS: Readonly<Record<string, { digits: number; blank?: true; value: (date: number, second: number, moment: Moment) => number }>> =
  {
    C: { digits: 1, value: (date) => Math.floor(yearOf(date) / 100) },
    d: { digits: 2, value: dayOf },
    e: { digits: 2, blank: true, value: dayOf },
    g: { digits: 2, value: (_date, _second, moment) => isoOf(moment)[0] % 100 },
    G: { digits: 1, value: (_date, _second, moment) => isoOf(moment)[0] },
    H: { digits: 2, value: (_date, second) => hourOf(second) },
    I: { digits: 2, value: (_date, second) => hourOf(second) % 12 || 12 },
    j: { digits: 3, value: (date, _second, moment) => dayOfYear(date, moment) + 1 },
    k: { digits: 2, blank: true, value: (_date, second) => hourOf(second) },
    l: { digits: 2, blank: true, value: (_date, second) => hourOf(second) % 12 || 12 },
    M: { digits: 2, value: (_date, second) => minuteOf(second) },
    m: { digits: 2, value: monthOf },
    S: { digits: 2, value: (_date, second) => second % 60 },
    U: { digits: 2, value: (date, _second, moment) => Math.floor((dayOfYear(date, moment) + 7 - ((weekday(moment) + 1) % 7)) / 7) },
    u: { digits: 1, value: (_date, _second, moment) => weekday(moment) + 1 },
    V: { digits: 2, value: (_date, _second, moment) => isoOf(moment)[1] },
    W: { digits: 2, value: (date, _second, moment) => Math.floor((dayOfYear(date, moment) + 7 - weekday(moment)) / 7) },
    w: { digits: 1, value: (_date, _second, moment) => (weekday(moment) + 1) % 7 },
    Y: { digits: 1, value: yearOf },
    y: { digits: 2, value: (date) => yearOf(date) % 100 },
  };

/** Letters that an E or O before them turns into plain text. */
const REFUSED: Readonly<Record<'E' | 'O', string>> = { E: 'aAbBhdegGHIjklMmSUVWwDF', O: 'aAcxXYDF' };

/** What most formats consist of, printed in one call each. */
const FUSED: readonly [text: string, part: Part][] = [
  ['%Y-%m-%d', (date) => `${yearOf(date)}-${twoDigits(monthOf(date))}-${twoDigits(dayOf(date))}`],
  ['%H:%M:%S', (_date, second) => `${twoDigits(hourOf(second))}:${twoDigits(minuteOf(second))}:${twoDigits(second % 60)}`],
];

/** Directives of the hottest formats, printed without looking at flags. */
const PLAIN: Readonly<Record<string, Part>> = {
  Y: (date) => String(yearOf(date)),
  m: (date) => twoDigits(monthOf(date)),
  d: (date) => twoDigits(dayOf(date)),
  H: (_date, second) => twoDigits(hourOf(second)),
  M: (_date, second) => twoDigits(minuteOf(second)),
  S: (_date, second) => twoDigits(second % 60),
};

/** Directives that Python replaces itself before the C library sees the format. */
const OWN: Readonly<Record<string, Part>> = {
  f: (_date, _second, moment) => sixDigits(moment.microsecond),
  z: (_date, _second, moment) => moment.zone?.basicOffset ?? '',
  Z: (_date, _second, moment) => moment.zone?.name ?? '',
};

/**
 * The function that prints a moment as Python's `strftime(format)` does in the C locale with the local zone UTC; unknown directives
 * print themselves. Never throws.
 */
// parity: datetime.strftime of CPython 3.11 on glibc
export const compileStrftime: (format: string) => (moment: Moment) => string = cached((format) => {
  // The C library sees the text up to a NUL only.
  const end = format.indexOf('\0');
  const visible = end < 0 ? format : format.slice(0, end);
  const print = joinParts(compileParts(visible));
  // A result that outgrows the buffer that Python offers is lost; only widths can make it so long.
  if (!/\d{3}/.test(visible)) return print;
  const room = bufferSize(visible);
  return (moment) => {
    const text = print(moment);
    return Buffer.byteLength(text) < room ? text : '';
  };
});

// Texts and parts alternate, beginning and ending with a text, so that no call is made for a text.
function joinParts(pieces: readonly (string | Part)[]): (moment: Moment) => string {
  const texts = [''];
  const parts: Part[] = [];
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      texts[parts.length] += piece;
    } else {
      parts.push(piece);
      texts.push('');
    }
  }
  return (moment) => {
    const days = Math.floor(moment.seconds / DAY);
    const date = dateFromDays(days);
    const second = moment.seconds - days * DAY;
    let text = texts[0] as string;
    for (let i = 0; i < parts.length; i++) text += (parts[i] as Part)(date, second, moment) + (texts[i + 1] as string);
    return text;
  };
}

function bufferSize(format: string): number {
  const enough = 256 * Buffer.byteLength(format);
  let size = 1024;
  while (size < enough) size *= 2;
  return size;
}

function compileParts(format: string): (string | Part)[] {
  const parts: (string | Part)[] = [];
  const own = ownPositions(format);
  let position = 0;
  while (position < format.length) {
    const percent = format.indexOf('%', position);
    if (percent !== position) {
      const text = format.slice(position, percent < 0 ? undefined : percent);
      parts.push(text);
      position += text.length;
      continue;
    }
    const fused = FUSED.find(([text]) => format.startsWith(text, position));
    if (fused !== undefined) {
      parts.push(fused[1]);
      position += fused[0].length;
      continue;
    }
    const plain = partOf(own.has(position) ? OWN : PLAIN, format[position + 1]);
    if (plain !== undefined) {
      parts.push(plain);
      position += 2;
      continue;
    }
    const [, flags = '', width = '', modifier = ''] = SPEC.exec(format.slice(position)) ?? [];
    const letterAt = position + 1 + flags.length + width.length + modifier.length;
    // An incomplete directive ends with what is its last character.
    const letter = format[letterAt] ?? '';
    const source = format.slice(position, letterAt + 1);
    const paddings = flags.replace(/[^_0-]/g, '');
    parts.push(
      compileDirective(letter, {
        pad: (paddings.at(-1) ?? '') as Spec['pad'],
        upper: flags.includes('^'),
        swap: flags.includes('#'),
        width: Math.min(Number(width || 0), 2 ** 28),
        modifier: modifier as Spec['modifier'],
        source,
      }),
    );
    position += source.length;
  }
  return parts;
}

// Where Python, which takes any character behind a percent sign for a directive, finds its own ones.
function ownPositions(format: string): ReadonlySet<number> {
  const directives = [...format.matchAll(/%[\s\S]/g)];
  return new Set(directives.filter(([text]) => Object.hasOwn(OWN, text.slice(1))).map((match) => match.index));
}

function compileDirective(letter: string, spec: Spec): Part {
  if (letter === '') return constantPart(spec.source, spec);
  if (spec.modifier !== '' && REFUSED[spec.modifier].includes(letter)) {
    return constantPart(spec.source, 'bBh'.includes(letter) ? nameSpec(spec) : spec);
  }
  const number = Object.hasOwn(NUMBERS, letter) ? NUMBERS[letter] : undefined;
  if (number !== undefined) return numberPart(number.digits, number.blank === true, number.value, spec);
  const composite = Object.hasOwn(COMPOSITES, letter) ? COMPOSITES[letter] : undefined;
  if (composite !== undefined) {
    const print = joinParts(compileParts(composite));
    return textPart((_date, _second, moment) => print(moment), { ...spec, swap: false });
  }
  switch (letter) {
    case 'A':
      return textPart((_date, _second, moment) => WEEKDAYS[weekday(moment)] as string, nameSpec(spec));
    case 'a':
      return textPart((_date, _second, moment) => abbreviate(WEEKDAYS[weekday(moment)] as string), nameSpec(spec));
    case 'B':
      return textPart((date) => MONTHS[monthOf(date) - 1] as string, nameSpec(spec));
    case 'b':
    case 'h':
      return textPart((date) => abbreviate(MONTHS[monthOf(date) - 1] as string), nameSpec(spec));
    case 'p':
      return textPart((_date, second) => (hourOf(second) < 12 ? 'AM' : 'PM'), spec.swap ? { ...spec, upper: false } : spec, spec.swap);
    case 'P':
      return textPart((_date, second) => (hourOf(second) < 12 ? 'am' : 'pm'), { ...spec, upper: false });
    case 's':
      return textPart((_date, _second, moment) => String(moment.seconds), spec);
    case 'n':
      return constantPart('\n', spec);
    case 't':
      return constantPart('\t', spec);
    case '%':
      return constantPart('%', spec);
    case 'Z':
      return textPart(zoneName, spec, spec.swap);
    case 'z':
      return zoneOffsetPart(spec);
    default:
      return constantPart(spec.source, spec);
  }
}

function constantPart(text: string, spec: Spec): Part {
  const shown = padded(spec.upper ? upperAscii(text) : text, spec);
  return () => shown;
}

function textPart(value: Part, spec: Spec, lower = false): Part {
  return (date, second, moment) => {
    const text = value(date, second, moment);
    if (lower) return padded(text.toLowerCase(), spec);
    return padded(spec.upper ? upperAscii(text) : text, spec);
  };
}

function numberPart(digits: number, blank: boolean, value: (date: number, second: number, moment: Moment) => number, spec: Spec): Part {
  const width = Math.max(digits, spec.width);
  const padding = blank && spec.pad === '' ? '_' : spec.pad;
  if (padding === '-') return (date, second, moment) => String(value(date, second, moment)).padStart(spec.width);
  if (padding === '_') return (date, second, moment) => String(value(date, second, moment)).padStart(width);
  return (date, second, moment) => pad(value(date, second, moment), width);
}

// With flags, the C library prints the zone itself, of which Python gives it nothing but whether daylight saving is known.
function zoneName(_date: number, _second: number, moment: Moment): string {
  return moment.zone?.knowsDst ? 'UTC' : '';
}

function zoneOffsetPart(spec: Spec): Part {
  const zero = numberPart(4, false, () => 0, spec);
  const sign = constantPart('+', spec);
  return (date, second, moment) =>
    moment.zone?.knowsDst ? sign(date, second, moment) + zero(date, second, moment) : NOTHING(date, second, moment);
}

function nameSpec(spec: Spec): Spec {
  return { ...spec, upper: spec.upper || spec.swap };
}

function padded(text: string, spec: Spec): string {
  return text.padStart(spec.width, spec.pad === '0' ? '0' : ' ');
}

function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function partOf(table: Readonly<Record<string, Part>>, letter: string | undefined): Part | undefined {
  return letter !== undefined && Object.hasOwn(table, letter) ? table[letter] : undefined;
}

function twoDigits(value: number): string {
  return TWO_DIGITS[value] as string;
}

function sixDigits(value: number): string {
  const high = (value / 10_000) | 0;
  const rest = value - high * 10_000;
  const middle = (rest / 100) | 0;
  return twoDigits(high) + twoDigits(middle) + twoDigits(rest - middle * 100);
}

function hourOf(second: number): number {
  return (second / 3600) | 0;
}

function minuteOf(second: number): number {
  return ((second / 60) | 0) % 60;
}

function weekday(moment: Moment): number {
  return weekdayOf(Math.floor(moment.seconds / DAY));
}

function isoOf(moment: Moment): [year: number, week: number, weekday: number] {
  return isoCalendar(Math.floor(moment.seconds / DAY));
}

function dayOfYear(date: number, moment: Moment): number {
  return Math.floor(moment.seconds / DAY) - daysFromDate(yearOf(date), 1, 1);
}
