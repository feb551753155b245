import type { RequestParts } from '../http/request.ts';
import { type Params, type ParamValue, paramEntries, paramText } from '../http/url.ts';
import { isPlainObject } from '../lib/objects.ts';

/** Whether a value that stands under a name is a secret. */
export type IsSecret = (name: string, value: string) => boolean;

/** The parts of a request without the parameters, form fields and values of its JSON body that are secrets; what the URL itself holds stays. */
export function withoutSecrets(parts: RequestParts, isSecret: IsSecret): RequestParts {
  const { params, data, json } = parts;
  return {
    ...parts,
    ...(params === undefined ? {} : { params: withoutFields(params, isSecret) }),
    ...(data === undefined || typeof data === 'string' ? {} : { data: withoutFields(data, isSecret) }),
    ...(json === undefined ? {} : { json: withoutValues('', json, isSecret) }),
  };
}

function withoutFields(fields: Params, isSecret: IsSecret): Map<string, ParamValue> {
  const kept = new Map<string, ParamValue>();
  for (const [name, value] of paramEntries(fields)) {
    const isLeftOut = (item: ParamValue): boolean => isSecret(name, paramText(item));
    if (Array.isArray(value))
      kept.set(
        name,
        (value as readonly ParamValue[]).filter((item) => !isLeftOut(item)),
      );
    else if (!isLeftOut(value)) kept.set(name, value);
  }
  return kept;
}

const LEFT_OUT = Symbol('left out');

function withoutValues(name: string, value: unknown, isSecret: IsSecret): unknown {
  const left = pruned(name, value, isSecret);
  return left === LEFT_OUT ? undefined : left;
}

function pruned(name: string, value: unknown, isSecret: IsSecret): unknown {
  if (Array.isArray(value)) return value.map((item) => pruned(name, item, isSecret)).filter((item) => item !== LEFT_OUT);
  if (!isPlainObject(value)) return value !== null && isSecret(name, String(value)) ? LEFT_OUT : value;
  const kept = Object.entries(value).map(([key, item]) => [key, pruned(key, item, isSecret)] as const);
  return Object.fromEntries(kept.filter(([, item]) => item !== LEFT_OUT));
}
