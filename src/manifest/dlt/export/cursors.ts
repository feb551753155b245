import type { JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import type { Part, PartReader } from './parts.ts';
import { placedAt } from './places.ts';
import { NO_SCOPE, type TextExport } from './texts.ts';

/** The incremental of an endpoint, and what borders of its slices are called. */
export interface ExportedIncremental {
  readonly incremental: JsonObject;
  readonly borders: Readonly<Record<string, string>>;
  /** What options of the cursor add to the request: the place and the name of a value, and the attribute that it is. */
  readonly options: readonly { readonly into: string; readonly name: string; readonly attribute: string }[];
}

const OURS = 'Windows of time are ours: dlt itself reads one stretch, and does not know';
const VALUES = { start_value: 'start_value', end_value: 'end_value', initial_value: 'initial_value', last_value: 'last_value' };

/** The incremental for a cursor; undefined for none, and for one that dlt has nothing for. */
export function exportCursor(reader: PartReader, texts: TextExport, cursor: Part | undefined): ExportedIncremental | undefined {
  if (cursor === undefined) return undefined;
  if (cursor.type === 'ValueBasedCursor') return fromValues(texts, cursor);
  if (cursor.type === 'DatetimeBasedCursor') return fromWindows(reader, texts, cursor);
  cursor.lose(`dlt has no incremental like ${cursor.type}.`);
  return undefined;
}

const SAME = ['lag', 'range_start', 'range_end', 'row_order'];

function fromValues(texts: TextExport, cursor: Part): ExportedIncremental {
  const bound = (key: string): JsonObject => {
    const value = cursor.take(key);
    if (value === undefined) return {};
    const written = typeof value === 'string' ? texts.text(value, `${cursor.path}.${key}`, NO_SCOPE) : value;
    return written === undefined ? {} : { [key]: written };
  };
  const order = cursor.take('order');
  const missing = cursor.take('on_missing');
  const incremental: JsonObject = {
    cursor_path: cursor.take('cursor_path') as string,
    ...bound('initial_value'),
    ...bound('end_value'),
    ...(order === 'min' ? { last_value_func: 'min' } : {}),
    ...(missing === undefined || missing === 'fail' ? {} : { on_cursor_value_missing: missing }),
    ...(cursor.take('drops_known') === false ? { primary_key: [] } : {}),
  };
  for (const key of SAME) {
    const value = cursor.take(key);
    if (value !== undefined) incremental[key] = value;
  }
  return { incremental, borders: VALUES, options: [] };
}

function fromWindows(reader: PartReader, texts: TextExport, cursor: Part): ExportedIncremental {
  const { path } = cursor;
  reader.lose(path, `${OURS} datetime_format, step and the like.`);
  const format = cursor.take('datetime_format') as string;
  const formats = cursor.take('cursor_datetime_formats');
  if (Array.isArray(formats) && formats.some((other) => other !== format))
    cursor.lose('Only datetime_format is kept.', 'cursor_datetime_formats');
  const start = borderOf(texts, cursor, 'start_datetime', format);
  const end = borderOf(texts, cursor, 'end_datetime', format);
  if (end !== undefined && start !== undefined && end.format !== start.format)
    reader.lose(`${path}.end_datetime`, 'Both borders need one format in a dlt config; that of the start is kept.');
  const [step, granularity] = [cursor.take('step'), cursor.take('cursor_granularity')];
  const [startKey = 'start_time', endKey = 'end_time'] = [
    cursor.take('partition_field_start'),
    cursor.take('partition_field_end'),
  ] as string[];
  return {
    incremental: {
      cursor_path: texts.plain(String(cursor.take('cursor_field')), `${path}.cursor_field`) ?? '',
      datetime_format: format,
      initial_value: start?.value ?? askedFor(reader, `${path}.start_datetime`),
      ...(start === undefined || start.format === format ? {} : { value_format: start.format }),
      ...(end === undefined ? {} : { end_value: end.value }),
      ...(step === undefined ? {} : { step }),
      ...(granularity === undefined || granularity === 'PT1S' ? {} : { granularity }),
      ...lookback(cursor),
      ...(cursor.take('row_order') === undefined ? {} : { row_order: 'asc' }),
    },
    borders: { [startKey]: 'start_value', [endKey]: 'end_value' },
    options: [
      ['start_time_option', 'start_value'],
      ['end_time_option', 'end_value'],
    ].flatMap(([key = '', attribute = '']) => {
      const option = cursor.part(key);
      return option === undefined ? [] : placedAt(option).map((place) => ({ ...place, attribute }));
    }),
  };
}

/** A value of the config in place of one that cannot be written. */
function askedFor(reader: PartReader, path: string): string {
  reader.lose(path, 'The value "start_date" of the config stands in for it.');
  return 'dlt.config["start_date"]';
}

function borderOf(texts: TextExport, cursor: Part, key: string, format: string): { value: string; format: string } | undefined {
  const given = cursor.take(key);
  if (given === undefined) return undefined;
  const path = `${cursor.path}.${key}`;
  const isBound = isPlainObject(given);
  const bound = isBound ? cursor.part(key) : undefined;
  const template = isBound ? bound?.take('datetime') : given;
  const stated = bound?.take('datetime_format');
  if (typeof template === 'string' && /today_utc|now_utc|\bnow\(/.test(template)) {
    cursor.lose('The present is where reading ends unless told.', key);
    return undefined;
  }
  const value = texts.text(String(template), path, NO_SCOPE);
  return value === undefined ? undefined : { value, format: typeof stated === 'string' && stated !== '' ? stated : format };
}

/** A lookback in seconds; other lengths have no fixed number of them. */
function lookback(cursor: Part): JsonObject {
  const window = cursor.take('lookback_window');
  if (window === undefined) return {};
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(String(window)) ?? [];
  const lag = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (lag > 0) return { lag };
  cursor.lose('A lag is a number of seconds.', 'lookback_window');
  return {};
}
