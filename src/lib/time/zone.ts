import { Delta, pad } from './delta.ts';
import { DateError } from './errors.ts';

const DAY_MICROSECONDS = 86_400_000_000;

/** A fixed offset from UTC, as the reference's time zone objects are; named zones only serve to find a date (see `dateInZone`). Immutable. */
export class Zone {
  /** Microseconds east of UTC. */
  readonly offset: number;
  /** What `%Z` and `tzname()` print; null prints nothing. */
  readonly name: string | null;
  /** Whether `dst()` is known to be zero (pytz and dateutil) instead of None (datetime.timezone). */
  readonly knowsDst: boolean;
  /** The offset as `%z` prints it: `+HHMM`. */
  readonly basicOffset: string;
  /** The offset as ISO 8601 prints it: `+HH:MM`. */
  readonly extendedOffset: string;
  readonly #text: string;
  readonly #repr: string;

  private constructor(offset: number, name: string | null, knowsDst: boolean, text: string, repr: string) {
    this.offset = offset;
    this.name = name;
    this.knowsDst = knowsDst;
    this.basicOffset = offsetText(offset, '');
    this.extendedOffset = offsetText(offset, ':');
    this.#text = text;
    this.#repr = repr;
  }

  /** `datetime.timezone.utc`. */
  static readonly utc = new Zone(0, 'UTC', false, 'UTC', 'datetime.timezone.utc');
  /** `pytz.utc`. */
  static readonly pytzUtc = new Zone(0, 'UTC', true, 'UTC', '<UTC>');
  /** `dateutil.tz.UTC`. */
  static readonly dateutilUtc = new Zone(0, 'UTC', true, 'tzutc()', 'tzutc()');

  /** `datetime.timezone(timedelta(microseconds=offset), name)`; throws ValueError unless the offset is shorter than a day. */
  static fixed(offset: number, name?: string): Zone {
    if (offset === 0 && name === undefined) return Zone.utc;
    checkOffset(offset);
    const shown = name ?? (offset === 0 ? 'UTC' : `UTC${offsetText(offset, ':')}`);
    const delta = Delta.fromMicroseconds(BigInt(offset)).repr();
    return new Zone(offset, shown, false, shown, `datetime.timezone(${delta}${name === undefined ? '' : `, '${name}'`})`);
  }

  /** `dateutil.tz.tzoffset(name, offset)`, the offset in microseconds; throws ValueError unless it is shorter than a day. */
  static dateutilOffset(offset: number, name: string | null): Zone {
    checkOffset(offset);
    const repr = `tzoffset(${name === null ? 'None' : `'${name}'`}, ${offset / 1_000_000})`;
    return new Zone(offset, name, true, repr, repr);
  }

  utcoffset(): Delta {
    return Delta.fromMicroseconds(BigInt(this.offset));
  }

  /** Python's str of the tzinfo object. */
  toString(): string {
    return this.#text;
  }

  /** Python's repr of the tzinfo object. */
  repr(): string {
    return this.#repr;
  }
}

// An offset in microseconds as `+HH<separator>MM[<separator>SS[.ffffff]]`.
function offsetText(offset: number, separator: string): string {
  const magnitude = Math.abs(offset);
  const seconds = Math.floor(magnitude / 1_000_000);
  const microseconds = magnitude - seconds * 1_000_000;
  const minutes = Math.floor(seconds / 60);
  let text = `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`;
  if (seconds % 60 !== 0 || microseconds !== 0) text += `${separator}${pad(seconds % 60, 2)}`;
  return microseconds === 0 ? text : `${text}.${pad(microseconds, 6)}`;
}

function checkOffset(offset: number): void {
  if (Math.abs(offset) < DAY_MICROSECONDS) return;
  throw new DateError(
    'ValueError',
    'offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not ' +
      `${Delta.fromMicroseconds(BigInt(offset)).repr()}.`,
  );
}
