import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { applied, expressionAt } from './expressions.ts';
import { jsonPathAt } from './paginators.ts';
import { booleanAt, choiceAt, isCode, isGiven, type Members, member, membersAt, numberAt, type Place, refuse, textAt } from './places.ts';
import { CODE } from './python-values.ts';
import { templateOf } from './templates.ts';
import { type Compilation, formatSegments } from './texts.ts';

const KEYS = [
  'cursor_path',
  'initial_value',
  'end_value',
  'last_value_func',
  'primary_key',
  'row_order',
  'allow_external_schedulers',
  'lag',
  'on_cursor_value_missing',
  'range_start',
  'range_end',
  'convert',
  'transform',
];
const WINDOW_KEYS = ['convert_end', 'datetime_format', 'value_format', 'step', 'granularity'];

/** An incremental: its cursor, the expressions for its values, and the parameters that carry them. */
export interface Incremental {
  readonly cursor: JsonObject;
  /** The expression for each value that placeholders may name. */
  readonly values: Readonly<Record<string, string>>;
  readonly startParam: string | undefined;
  readonly endParam: string | undefined;
}

const VALUES = { start_value: 'start_value', end_value: 'end_value', initial_value: 'initial_value', last_value: 'last_value' };
/** What windows of time call them. */
const BORDERS = { start_value: 'start_time', end_value: 'end_time', last_value: 'start_time' };

/** Reads the incremental of an endpoint, or the one that a parameter holds; undefined without one. */
// parity: dlt/sources/rest_api/config_setup.py:setup_incremental_object
export function compileIncremental(compilation: Compilation, endpoint: Members, params: Members): Incremental | undefined {
  const [held] = params;
  const place = member(endpoint, 'incremental');
  if (held !== undefined) return compileHeld(compilation, held[0], held[1]);
  if (place === undefined) return undefined;
  const members = membersAt(place, 'incremental', [...KEYS, ...WINDOW_KEYS, 'start_param', 'end_param']);
  return compile(compilation, members, place, optionalText(members, 'start_param'), optionalText(members, 'end_param'));
}

function compileHeld(compilation: Compilation, name: string, place: Place): Incremental {
  for (const key of ['end_value', 'end_param']) {
    const stated = isPlainObject(place.value) ? (place.value as JsonObject)[key] : undefined;
    if (isGiven({ value: stated, path: '' }))
      refuse(
        { value: stated, path: `${place.path}.${key}` },
        `"${key}" is not possible in a parameter.`,
        'Use "incremental" of the endpoint.',
      );
  }
  return compile(
    compilation,
    membersAt(place, 'An incremental parameter', ['type', ...KEYS, 'end_value', 'convert_end']),
    place,
    name,
    undefined,
  );
}

function compile(
  compilation: Compilation,
  members: Members,
  place: Place,
  startParam: string | undefined,
  endParam: string | undefined,
): Incremental {
  const path = member(members, 'cursor_path');
  if (path === undefined) return refuse(place, 'An incremental needs "cursor_path".');
  const scheduler = member(members, 'allow_external_schedulers');
  if (scheduler !== undefined && booleanAt(scheduler, '"allow_external_schedulers"'))
    refuse(scheduler, 'There is no external scheduler here.', 'Give initial_value and end_value from the config: dlt.config["..."].');
  const convert = converterOf(members);
  const ownEnd = member(members, 'convert_end');
  const convertEnd = ownEnd === undefined ? convert : expressionAt(ownEnd, 'value');
  const isWindowed = WINDOW_KEYS.slice(1).some((key) => member(members, key) !== undefined);
  const values = Object.entries(isWindowed ? BORDERS : VALUES).map(([name, key]) => {
    const value = `stream_interval['${key}']`;
    const converter = name === 'end_value' ? convertEnd : convert;
    if (converter === undefined) return [name, value];
    const converted = applied(converter, value);
    return [name, isWindowed ? converted : `(${converted}) if ${value} is not none else none`];
  });
  const lag = member(members, 'lag');
  return {
    cursor: isWindowed ? datetimeCursor(compilation, members, place) : valueCursor(compilation, members, path),
    values: { ...Object.fromEntries(values), lag: lag === undefined ? 'none' : String(numberAt(lag, '"lag"')) },
    startParam,
    endParam,
  };
}

function converterOf(members: Members): string | undefined {
  const place = member(members, 'convert') ?? member(members, 'transform');
  return place === undefined ? undefined : expressionAt(place, 'value');
}

function valueCursor(compilation: Compilation, members: Members, path: Place): JsonObject {
  const order = lastValueFunction(members.get('last_value_func'));
  const lag = member(members, 'lag');
  const missing = member(members, 'on_cursor_value_missing');
  const onMissing =
    missing === undefined ? 'raise' : choiceAt(missing, '"on_cursor_value_missing"', ['raise', 'include', 'exclude'] as const);
  const unique = members.get('primary_key')?.value;
  const isNotUnique = Array.isArray(unique) && unique.length === 0;
  return {
    type: 'ValueBasedCursor',
    cursor_path: jsonPathAt(path, '"cursor_path"'),
    ...bound(compilation, members, 'initial_value'),
    ...bound(compilation, members, 'end_value'),
    ...(order === 'max' ? {} : { order }),
    ...(lag === undefined ? {} : { lag: numberAt(lag, '"lag"') }),
    ...(onMissing === 'raise' ? {} : { on_missing: onMissing }),
    ...choice(members, 'range_start', ['closed', 'open']),
    ...choice(members, 'range_end', ['open', 'closed']),
    ...choice(members, 'row_order', ['', 'asc', 'desc']),
    ...(isNotUnique ? { drops_known: false } : {}),
  };
}

function lastValueFunction(place: Place | undefined): 'max' | 'min' {
  if (!isGiven(place)) return 'max';
  const name = isCode(place.value) ? (place.value as JsonObject)[CODE] : place.value;
  if (name === 'max' || name === 'min') return name;
  return refuse(place, '"last_value_func" must be max or min.', 'Other functions are Python code, which cannot run here.');
}

/** A value of a bound: a constant, or a template over the config. */
function bound(compilation: Compilation, members: Members, key: string): { [key: string]: Json } {
  const place = member(members, key);
  return place === undefined ? {} : { [key]: boundValue(compilation, place, `"${key}"`) };
}

function boundValue(compilation: Compilation, place: Place, what: string): Json {
  if (isCode(place.value)) {
    refuse(
      place,
      `${what} is Python code, which cannot run here: ${String((place.value as JsonObject)[CODE])}`,
      'Write a constant, or dlt.config["..."].',
    );
  }
  if (typeof place.value !== 'string') return place.value ?? null;
  return templateOf(formatSegments(compilation, place, what, () => undefined));
}

function choice(members: Members, key: string, [usual, ...others]: readonly [string, ...string[]]): { [key: string]: Json } {
  const place = member(members, key);
  if (place === undefined) return {};
  const word = choiceAt(
    place,
    `"${key}"`,
    [usual, ...others].filter((one) => one !== ''),
  );
  return word === usual ? {} : { [key]: word };
}

/** A cursor over windows of time, for which the keys `datetime_format`, `step` and `granularity` ask. */
function datetimeCursor(compilation: Compilation, members: Members, place: Place): JsonObject {
  for (const key of ['last_value_func', 'range_start', 'range_end', 'on_cursor_value_missing']) {
    const stated = member(members, key);
    if (stated !== undefined) refuse(stated, `"${key}" is not possible with windows of time.`);
  }
  const format = optionalText(members, 'datetime_format');
  if (format === undefined)
    refuse(place, 'Windows of time need "datetime_format": how the cursor is written, such as "%Y-%m-%dT%H:%M:%SZ".');
  const [initial, end, lag] = [member(members, 'initial_value'), member(members, 'end_value'), member(members, 'lag')];
  if (initial === undefined) return refuse(place, 'Windows of time need "initial_value".');
  const valueFormat = optionalText(members, 'value_format') ?? (format as string);
  const bounded = (bound: Place, what: string): JsonObject => ({
    type: 'MinMaxDatetime',
    datetime: String(boundValue(compilation, bound, what)),
    datetime_format: valueFormat,
  });
  const step = optionalText(members, 'step');
  const order = member(members, 'row_order');
  if (order !== undefined && textAt(order, '"row_order"') !== 'asc') refuse(order, '"row_order" can only be "asc" with windows of time.');
  const path = member(members, 'cursor_path') as Place;
  if (lag !== undefined) {
    const seconds = numberAt(lag, '"lag"');
    compilation.warnings.push({ path: lag.path, message: `With windows of time, a lag of ${seconds} is taken as ${seconds} seconds.` });
  }
  return {
    type: 'DatetimeBasedCursor',
    cursor_field: textAt(path, '"cursor_path"'),
    datetime_format: format as string,
    cursor_datetime_formats: [format as string],
    start_datetime: bounded(initial, '"initial_value"'),
    ...(end === undefined ? {} : { end_datetime: bounded(end, '"end_value"') }),
    ...(step === undefined ? {} : { step, cursor_granularity: optionalText(members, 'granularity') ?? 'PT1S' }),
    ...(lag === undefined ? {} : { lookback_window: `PT${numberAt(lag, '"lag"')}S` }),
    ...(order === undefined ? {} : { row_order: 'asc' }),
  };
}

function optionalText(members: Members, key: string): string | undefined {
  const place = member(members, key);
  return place === undefined ? undefined : textAt(place, `"${key}"`);
}
