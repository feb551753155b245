import {
  CalendarDate,
  type ClockParts,
  ClockTime,
  calendarDateFromIsoFormat,
  compileStrptime,
  DateTime,
  type DateTimeParts,
  Delta,
  type Duration,
  dateTimeFromIsoFormat,
  Zone,
} from '../../lib/time/index.ts';
import { timeCall } from '../times.ts';
import { isFloat, isInt, isTime, makeFloat, NamedTuple, PythonError, typeName, type Value } from '../values.ts';
import { intArgument, type Members, type Method, named, positional, textArgument } from './method.ts';

type Properties<T> = Record<string, (self: T) => Value>;

/** Members whose DateErrors come out as the PythonErrors that they stand for. */
function timeMembers<T>(methods: Record<string, Method<T>>, properties: Properties<T>): Members<T> {
  const guarded = Object.entries(methods).map(
    ([name, method]) =>
      [
        name,
        (self: T, args: readonly Value[], keywords: Parameters<Method<T>>[2]) => timeCall(() => method(self, args, keywords)),
      ] as const,
  );
  return { methods: new Map<string, Method<T>>(guarded), properties: new Map(Object.entries(properties)) };
}

function getter<T>(run: (self: T) => Value): Method<T> {
  return positional(0, 0, run);
}

function zoneArgument(value: Value): Zone | null {
  if (value === null || value instanceof Zone) return value;
  throw new PythonError('TypeError', `tzinfo argument must be None or of a tzinfo subclass, not type '${typeName(value)}'`);
}

function numberArgument(value: Value): number | bigint {
  if (isFloat(value)) return Number(value);
  if (isInt(value)) return value;
  throw new PythonError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
}

const DATE_PARTS = ['year', 'month', 'day'];
const CLOCK_PARTS = ['hour', 'minute', 'second', 'microsecond', 'tzinfo'];

/** The parts given to `replace`, by their names. */
function readParts(names: readonly string[], values: readonly (Value | undefined)[]): Record<string, number | Zone | null> {
  const parts: Record<string, number | Zone | null> = {};
  names.forEach((name, index) => {
    const value = values[index];
    if (value === undefined) return;
    if (name === 'tzinfo') parts['zone'] = zoneArgument(value);
    else parts[name] = intArgument(value);
  });
  return parts;
}

function replacer<T>(names: readonly string[], replace: (self: T, parts: DateTimeParts) => Value): Method<T> {
  return named(names, 0, (self, values) => replace(self, readParts(names, values) as DateTimeParts));
}

function isoCalendarTuple(parts: readonly number[]): Value {
  return new NamedTuple('datetime.IsoCalendarDate', ['year', 'week', 'weekday'], parts);
}

const STRUCT_FIELDS = 'year mon mday hour min sec wday yday isdst'.split(' ').map((name) => `tm_${name}`);

function timeStruct(parts: readonly number[]): Value {
  return new NamedTuple('time.struct_time', STRUCT_FIELDS, parts);
}

const formatting = <T extends { strftime(format: string): string }>(): Method<T> =>
  named(['format'], 1, (self, [format]) => self.strftime(textArgument(format as Value)));

/** What a datetime offers. */
export const dateTimeMembers: Members<DateTime> = timeMembers<DateTime>(
  {
    astimezone: named(['tz'], 0, (self, [zone = null]) =>
      zone === null ? self.astimezone() : self.astimezone(zoneArgument(zone) as Zone),
    ),
    combine: named(['date', 'time', 'tzinfo'], 2, (_, [date, time, zone]) => combine(date as Value, time as Value, zone)),
    ctime: getter((self) => self.ctime()),
    date: getter((self) => self.date()),
    dst: getter((self) => self.dst()),
    fromisocalendar: named(['year', 'week', 'day'], 3, (_, [year, week, day]) =>
      DateTime.fromIsoCalendar(intArgument(year as Value), intArgument(week as Value), intArgument(day as Value)),
    ),
    fromisoformat: positional(1, 1, (_, [text]) => dateTimeFromIsoFormat(textArgument(text as Value))),
    fromordinal: positional(1, 1, (_, [ordinal]) => DateTime.fromOrdinal(intArgument(ordinal as Value))),
    fromtimestamp: named(['timestamp', 'tz'], 1, (_, [timestamp, zone = null]) =>
      DateTime.fromTimestamp(numberArgument(timestamp as Value), zoneArgument(zone)),
    ),
    isocalendar: getter((self) => isoCalendarTuple(self.isocalendar())),
    isoformat: named(['sep', 'timespec'], 0, (self, [separator = 'T', timespec = 'auto']) =>
      self.isoformat(separatorArgument(separator), textArgument(timespec)),
    ),
    isoweekday: getter((self) => self.isoweekday()),
    replace: replacer([...DATE_PARTS, ...CLOCK_PARTS], (self, parts) => self.replace(parts)),
    strftime: formatting(),
    strptime: positional(2, 2, (_, [text, format]) => compileStrptime(textArgument(format as Value)).parse(textArgument(text as Value))),
    time: getter((self) => self.time()),
    timestamp: getter((self) => makeFloat(self.timestamp())),
    timetuple: getter((self) => timeStruct(self.timetuple())),
    timetz: getter((self) => self.timetz()),
    toordinal: getter((self) => self.toordinal()),
    tzname: getter((self) => self.tzname()),
    utcfromtimestamp: positional(1, 1, (_, [timestamp]) => DateTime.fromTimestamp(numberArgument(timestamp as Value))),
    utcoffset: getter((self) => self.utcoffset()),
    utctimetuple: getter((self) => timeStruct(self.utctimetuple())),
    weekday: getter((self) => self.weekday()),
  },
  {
    year: (self) => self.year,
    month: (self) => self.month,
    day: (self) => self.day,
    hour: (self) => self.hour,
    minute: (self) => self.minute,
    second: (self) => self.second,
    microsecond: (self) => self.microsecond,
    tzinfo: (self) => self.zone,
    fold: () => 0,
    min: () => DateTime.min,
    max: () => DateTime.max,
    resolution: () => DateTime.resolution,
  },
);

function combine(date: Value, time: Value, zone: Value | undefined): DateTime {
  const day = date instanceof DateTime ? date.date() : date;
  if (!(day instanceof CalendarDate)) throw new PythonError('TypeError', 'combine() argument 1 must be datetime.date');
  if (!(time instanceof ClockTime)) throw new PythonError('TypeError', 'combine() argument 2 must be datetime.time');
  return zone === undefined ? DateTime.combine(day, time) : DateTime.combine(day, time, zoneArgument(zone));
}

function separatorArgument(value: Value): string {
  const separator = textArgument(value);
  if (Array.from(separator).length !== 1) {
    throw new PythonError('TypeError', 'isoformat() argument 1 must be a unicode character');
  }
  return separator;
}

/** What a date offers. */
export const dateMembers: Members<CalendarDate> = timeMembers<CalendarDate>(
  {
    ctime: getter((self) => self.ctime()),
    fromisocalendar: named(['year', 'week', 'day'], 3, (_, [year, week, day]) =>
      CalendarDate.fromIsoCalendar(intArgument(year as Value), intArgument(week as Value), intArgument(day as Value)),
    ),
    fromisoformat: positional(1, 1, (_, [text]) => calendarDateFromIsoFormat(textArgument(text as Value))),
    fromordinal: positional(1, 1, (_, [ordinal]) => CalendarDate.fromOrdinal(intArgument(ordinal as Value))),
    fromtimestamp: positional(1, 1, (_, [timestamp]) => DateTime.fromTimestamp(numberArgument(timestamp as Value)).date()),
    isocalendar: getter((self) => isoCalendarTuple(self.isocalendar())),
    isoformat: getter((self) => self.isoformat()),
    isoweekday: getter((self) => self.isoweekday()),
    replace: replacer(DATE_PARTS, (self, parts) => self.replace(parts)),
    strftime: formatting(),
    timetuple: getter((self) => timeStruct(self.timetuple())),
    toordinal: getter((self) => self.toordinal()),
    weekday: getter((self) => self.weekday()),
  },
  {
    year: (self) => self.year,
    month: (self) => self.month,
    day: (self) => self.day,
    min: () => CalendarDate.min,
    max: () => CalendarDate.max,
    resolution: () => CalendarDate.resolution,
  },
);

/** What a time of the day offers. */
export const clockMembers: Members<ClockTime> = timeMembers<ClockTime>(
  {
    dst: getter((self) => self.dst()),
    isoformat: named(['timespec'], 0, (self, [timespec = 'auto']) => self.isoformat(textArgument(timespec))),
    replace: replacer(CLOCK_PARTS, (self, parts) => self.replace(parts as ClockParts)),
    strftime: formatting(),
    tzname: getter((self) => self.tzname()),
    utcoffset: getter((self) => self.utcoffset()),
  },
  {
    hour: (self) => self.hour,
    minute: (self) => self.minute,
    second: (self) => self.second,
    microsecond: (self) => self.microsecond,
    tzinfo: (self) => self.zone,
    fold: () => 0,
    min: () => ClockTime.min,
    max: () => ClockTime.max,
    resolution: () => ClockTime.resolution,
  },
);

/** What a timedelta offers. */
export const deltaMembers: Members<Delta> = timeMembers<Delta>(
  { total_seconds: getter((self) => makeFloat(self.totalSeconds())) },
  {
    days: (self) => self.days,
    seconds: (self) => self.seconds,
    microseconds: (self) => self.microseconds,
    min: () => Delta.min,
    max: () => Delta.max,
    resolution: () => Delta.resolution,
  },
);

/** What isodate's Duration offers: its own parts and everything of its timedelta. */
export const durationMembers: Members<Duration> = timeMembers<Duration>(
  { total_seconds: getter((self) => makeFloat(self.delta.totalSeconds())) },
  {
    years: (self) => wholeOrFloat(self.years),
    months: (self) => wholeOrFloat(self.months),
    tdelta: (self) => self.delta,
    days: (self) => self.delta.days,
    seconds: (self) => self.delta.seconds,
    microseconds: (self) => self.delta.microseconds,
    min: () => Delta.min,
    max: () => Delta.max,
    resolution: () => Delta.resolution,
  },
);

function wholeOrFloat(decimal: Duration['years']): Value {
  return decimal.isInteger() ? Number(decimal.truncate()) : makeFloat(decimal.toNumber());
}

function atArgument(value: Value): void {
  if (value === null || (isTime(value) && value instanceof DateTime)) return;
  throw new PythonError('TypeError', `the argument must be a datetime instance or None, not ${typeName(value)}`);
}

/** A method of a time zone, which asks for a moment that a fixed offset does not depend on. */
function atMoment(run: (zone: Zone) => Value): Method<Zone> {
  return positional(1, 1, (zone, [moment]) => {
    atArgument(moment as Value);
    return run(zone);
  });
}

/** What a time zone offers. */
export const zoneMembers: Members<Zone> = timeMembers<Zone>(
  {
    dst: atMoment((zone) => (zone.knowsDst ? Delta.zero : null)),
    tzname: atMoment((zone) => zone.name),
    utcoffset: atMoment((zone) => zone.utcoffset()),
  },
  {
    utc: () => Zone.utc,
  },
);
