import type { Context } from '../lang/index.ts';
import { str } from '../lang/text.ts';
import { isDict, type Value } from '../lang/values.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';
import type { Builder } from './builder.ts';
import type { Options } from './request-options.ts';

type Evaluate<T> = (context: Context) => T;

/** How the values of a mapping are taken; null values are left out unless told otherwise. */
export interface MappingOptions {
  /** Keeps values as they are written, but for lists. */
  readonly textOnly: boolean;
  readonly keepNulls?: boolean;
}

/**
 * An object whose keys and values are templates, or a template that gives such an object; null values are left out.
 * With `textOnly`, values are texts and lists of the manifest, so that `007` and `1e3` stay as they are written.
 * parity: requesters/request_options/interpolated_request_input_provider.py:InterpolatedRequestInputProvider
 */
export function compileMapping(
  b: Builder,
  mapping: JsonObject | string | undefined,
  { textOnly, keepNulls = false }: MappingOptions,
): Evaluate<Value> {
  if (mapping === undefined || mapping === '') return () => ({});
  if (typeof mapping === 'string') {
    const expression = b.string(mapping);
    return (context) => dropNulls(expression.evaluate(context));
  }
  const options = textOnly ? ({ validTypes: ['str', 'list'] } as const) : undefined;
  const entries = Object.entries(mapping).map(([key, value]) => {
    const keyTemplate = b.template(key);
    const valueTemplate = typeof value === 'string' ? b.template(value) : undefined;
    return {
      key: (context: Context) => str(keyTemplate.evaluate(context, { validTypes: ['str'] })),
      value: valueTemplate === undefined ? () => value as Value : (context: Context) => valueTemplate.evaluate(context, options),
    };
  });
  return (context) => {
    const result: Options = {};
    for (const { key, value } of entries) {
      const evaluated = value(context);
      const name = key(context);
      if (evaluated !== null || keepNulls) setOwnProperty(result, name, evaluated);
      else delete result[name];
    }
    return result;
  };
}

/** The same mapping with numbers and booleans as the texts that Python makes of them; ends the build where a value is anything else. */
export function requireTexts(b: Builder, mapping: JsonObject, field: string): JsonObject {
  const entries = Object.entries(mapping).map(([name, value]) => {
    if (value === null || Array.isArray(value) || isPlainObject(value)) {
      return b.fail(
        `The value must be text: write a list as a template, such as "{{ ['a', 'b'] }}", and leave out what is null.`,
        `${field}.${name}`,
      );
    }
    if (typeof value !== 'string')
      b.warn(`${field}.${name} is ${str(value as Value)}, which the reference refuses, since it is no text. Put it in quotes.`);
    return [name, str(value as Value)] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * A JSON value of any depth whose texts and keys are templates; objects lose their nulls, lists keep them.
 * parity: interpolation/interpolated_nested_mapping.py:InterpolatedNestedMapping
 */
export function compileNested(b: Builder, value: Json): Evaluate<Value> {
  if (typeof value === 'string') {
    const template = b.template(value);
    return (context) => template.evaluate(context);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => compileNested(b, item));
    return (context) => items.map((item) => item(context));
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value as JsonObject).map(([key, item]) => ({ key: b.template(key), item: compileNested(b, item) }));
    return (context) => {
      const result: Options = {};
      for (const { key, item } of entries) {
        const name = jsonKey(key.evaluate(context));
        const evaluated = item(context);
        if (evaluated !== null) setOwnProperty(result, name, evaluated);
        else delete result[name];
      }
      return result;
    };
  }
  return () => value as Value;
}

/**
 * The form fields, of an object or of an expression that gives one, or the text that is sent as it stands: one that reads as an object, a list or a
 * number stays the text that it is.
 */
export function compileBodyData(b: Builder, data: JsonObject | string | undefined): (context: Context) => Options | string {
  if (typeof data !== 'string') {
    const mapping = compileMapping(b, data, { textOnly: true });
    return (context) => mapping(context) as Options;
  }
  const evaluate = compileMapping(b, data, { textOnly: true });
  const template = b.template(data);
  // What is the same in every context is known as a text only.
  const isForm = template.constant && /^\s*\{\{/.test(data) ? () => true : (context: Context) => isDict(template.exact(context));
  return (context) => {
    const value = evaluate(context);
    if (value === null) return {};
    return isDict(value) && isForm(context) ? (value as Options) : template.render(context);
  };
}

/** A JSON body: a nested value, or a template that gives one. */
export function compileBodyJson(b: Builder, body: Json | undefined): (context: Context) => Value {
  if (body === undefined || body === null) return () => ({});
  if (typeof body === 'string') {
    const expression = b.string(body);
    return (context) => expression.evaluate(context) ?? {};
  }
  return compileNested(b, body);
}

/**
 * A JSON value of any depth whose texts and keys are templates, with each text staying the text that it is and each expression giving its
 * own value; nulls stay where they are.
 */
export function compileExact(b: Builder, value: Json): Evaluate<Value> {
  if (typeof value === 'string') {
    const template = b.template(value);
    return (context) => template.exact(context);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => compileExact(b, item));
    return (context) => items.map((item) => item(context));
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value as JsonObject).map(([key, item]) => ({ key: b.template(key), item: compileExact(b, item) }));
    return (context) => {
      const result: Options = {};
      for (const { key, item } of entries) setOwnProperty(result, str(key.exact(context)), item(context));
      return result;
    };
  }
  return () => value as Value;
}

/** The same for texts by name, as the query, headers and forms hold them: lists stay lists, and what is null is left out. */
export function compileExactTexts(b: Builder, mapping: JsonObject | string | undefined): Evaluate<Options> {
  const evaluate = compileExact(b, mapping ?? {});
  return (context) => {
    const value = evaluate(context);
    const result: Options = {};
    if (!isPlainObject(value)) return result;
    for (const [name, item] of Object.entries(value as Options)) {
      if (item !== null) setOwnProperty(result, name, Array.isArray(item) ? item.map(str) : str(item));
    }
    return result;
  };
}

/** How Python's json writes a key that is no text. */
export function jsonKey(key: Value): string {
  if (key === true) return 'true';
  if (key === false) return 'false';
  if (key === null) return 'null';
  return str(key);
}

function dropNulls(value: Value): Value {
  if (!isDict(value)) return value;
  const entries = value instanceof Map ? [...value].map(([key, item]) => [str(key), item] as const) : Object.entries(value as Options);
  const result: Options = {};
  for (const [key, item] of entries) if (item !== null) setOwnProperty(result, key, item);
  return result;
}
