import { equals } from '../lang/operators.ts';
import type { Value } from '../lang/values.ts';
import { isPlainObject } from '../lib/objects.ts';
import { ConfigError } from '../protocol/failure.ts';

/** Values by name, as a manifest puts them into a part of a request. */
export type Options = { [name: string]: Value };

/** What one contributor, or all of them together, put into a request. */
export class RequestOptions {
  params: Options = {};
  headers: Options = {};
  /** A form by name, or a text that is sent as it stands. */
  bodyData: Options | string = {};
  bodyJson: Value = {};
  /** The Content-Type of a body that is a text, unless a header says another. */
  textType: string | undefined;
  /** A path or URL that takes the place of the requester's. */
  path: string | undefined;

  /** Takes another share in, which wins where both set a name. */
  overlay(share: RequestOptions): void {
    Object.assign(this.params, share.params);
    Object.assign(this.headers, share.headers);
    if (isPlainObject(this.bodyData) && isPlainObject(share.bodyData)) Object.assign(this.bodyData, share.bodyData);
    if (isPlainObject(this.bodyJson) && isPlainObject(share.bodyJson)) Object.assign(this.bodyJson, share.bodyJson);
  }
}

type Place = 'params' | 'headers' | 'bodyData' | 'bodyJson';
const PLACES = ['params', 'headers', 'bodyData', 'bodyJson'] as const satisfies readonly Place[];
const PLACE_NAMES: Record<Place, string> = { params: 'query parameters', headers: 'headers', bodyData: 'form body', bodyJson: 'JSON body' };

/**
 * Joins the shares of several contributors; throws ConfigError where two of them set the same name, but equal values in a JSON body.
 * parity: utils/mapping_helpers.py:combine_mappings
 */
export function combineOptions(shares: readonly RequestOptions[]): RequestOptions {
  const combined = new RequestOptions();
  for (const place of PLACES) {
    const given = shares.map((share) => share[place]).filter((value) => !isEmpty(value));
    const whole = given.filter((value) => !isPlainObject(value));
    if (whole.length > 0) {
      if (given.length > 1)
        throw new ConfigError(`The ${PLACE_NAMES[place]} cannot be a whole value and hold further keys: use an object for both.`);
      setPlace(combined, place, whole[0] as Value);
    } else if (given.length === 1) {
      setPlace(combined, place, given[0] as Value);
    } else if (given.length > 1) {
      const target: Options = {};
      for (const options of given) mergeInto(target, options as Options, [], place);
      setPlace(combined, place, target);
    }
  }
  for (const share of shares) {
    combined.path = share.path ?? combined.path;
    combined.textType = share.textType ?? combined.textType;
  }
  return combined;
}

function setPlace(options: RequestOptions, place: Place, value: Value): void {
  if (place === 'bodyJson') options.bodyJson = value;
  else if (place === 'bodyData') options.bodyData = value as Options | string;
  else options[place] = value as Options;
}

function isEmpty(value: Value): boolean {
  return value === null || (isPlainObject(value) && Object.keys(value).length === 0);
}

function mergeInto(target: Options, source: Options, path: readonly string[], place: Place): void {
  for (const [name, value] of Object.entries(source)) {
    if (!Object.hasOwn(target, name)) {
      target[name] = copyOptions(value);
      continue;
    }
    const present = target[name] as Value;
    if (place === 'bodyJson' && isPlainObject(present) && isPlainObject(value)) {
      mergeInto(present as Options, value as Options, [...path, name], place);
    } else if (place !== 'bodyJson' || !equals(present, value)) {
      throw new ConfigError(
        `Two parts of the manifest set "${[...path, name].join('.')}" in the ${PLACE_NAMES[place]} of a request: keep one of them.`,
      );
    }
  }
}

function copyOptions(value: Value): Value {
  if (!isPlainObject(value)) return value;
  const copy: Options = {};
  for (const [name, item] of Object.entries(value as Options)) copy[name] = copyOptions(item);
  return copy;
}
