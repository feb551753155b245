import type { Value } from '../../src/lang/index.ts';
import { makeTuple } from '../../src/lang/values.ts';
import { Float, type Json, type JsonObject } from '../../src/lib/json.ts';
import { setOwnProperty } from '../../src/lib/objects.ts';

const NAMED_FLOATS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity };

/** The value that a typed value of the corpora (`{"type", "value"}`) stands for, as records hold it; a key that is null is written `null`. */
export function fromTyped(typed: Json): Value {
  const { type, value, pairs } = typed as { type: string; value: Json; pairs?: [Json, Json][] };
  switch (type) {
    case 'int':
      return typeof value === 'string' ? BigInt(value) : value;
    case 'float':
      return floatOf(value);
    case 'list':
      return (value as Json[]).map(fromTyped);
    case 'tuple':
      return makeTuple(...(value as Json[]).map(fromTyped));
    case 'dict': {
      const object: { [key: string]: Value } = {};
      const entries = pairs?.map(([key, item]) => [String(fromTyped(key)), item] as const) ?? Object.entries(value as JsonObject);
      for (const [key, item] of entries) setOwnProperty(object, key, fromTyped(item));
      return object;
    }
    case 'null':
    case 'bool':
    case 'str':
      return value;
    default:
      throw new Error(`no records hold a ${type}`);
  }
}

/** A text that is the same for two values when Python holds them for equal, types included. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `${value.constructor.name}[${value.map(canonical).join()}]`;
  if (value instanceof Float) return `float ${value.value}`;
  if (typeof value === 'number') return Number.isInteger(value) ? `int ${value}` : `float ${value}`;
  if (typeof value === 'bigint') return `int ${value}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as { [key: string]: Value };
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key] as Value)}`)
    .join()}}`;
}

function floatOf(value: Json): Value {
  if (value instanceof Float) return value;
  if (typeof value === 'string') return value in NAMED_FLOATS ? (NAMED_FLOATS[value] as number) : new Float(Number(value));
  return Number.isInteger(value) ? new Float(Number(value)) : value;
}
