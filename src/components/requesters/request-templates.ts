import type { Builder } from '../../engine/builder.ts';
import { compileBodyData, compileBodyJson, compileExact, compileExactTexts, compileMapping, requireTexts } from '../../engine/mappings.ts';
import type { Context } from '../../lang/index.ts';
import { str } from '../../lang/text.ts';
import { isDict, type Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';

/** The templates of a request, each giving its value in a context. */
export interface RequestTemplates {
  readonly url: Evaluate;
  readonly urlBase: Evaluate;
  readonly path: Evaluate;
  readonly params: Evaluate;
  readonly headers: Evaluate;
  readonly bodyData: Evaluate;
  readonly bodyJson: Evaluate;
}

type Evaluate = (context: Context) => Value;

/** What a requester declares of its requests. */
export interface RequestSpec {
  readonly url?: string | undefined;
  readonly url_base?: string | undefined;
  readonly path?: string | undefined;
  readonly request_parameters?: JsonObject | string | undefined;
  readonly request_headers?: JsonObject | string | undefined;
  readonly request_body_data?: JsonObject | string | undefined;
  readonly request_body_json?: Json | undefined;
}

/** Values typed back from their texts, as the reference evaluates them. */
export function typedTemplates(b: Builder, spec: RequestSpec): RequestTemplates {
  const typed = (text: string | undefined): Evaluate => {
    const expression = b.string(text ?? '');
    return (context) => expression.evaluate(context);
  };
  return {
    url: typed(spec.url),
    urlBase: typed(spec.url_base),
    path: typed(spec.path),
    params: compileMapping(b, texts(b, spec.request_parameters, 'request_parameters'), { textOnly: true }),
    headers: compileMapping(b, texts(b, spec.request_headers, 'request_headers'), { textOnly: false }),
    bodyData: compileBodyData(b, texts(b, spec.request_body_data, 'request_body_data')),
    bodyJson: compileBodyJson(b, spec.request_body_json),
  };
}

/** Values as they stand in the manifest, or as their expressions give them. */
export function exactTemplates(b: Builder, spec: RequestSpec): RequestTemplates {
  const data = spec.request_body_data;
  return {
    url: compileExact(b, spec.url ?? ''),
    urlBase: compileExact(b, spec.url_base ?? ''),
    path: compileExact(b, spec.path ?? ''),
    params: compileExactTexts(b, spec.request_parameters),
    headers: compileExactTexts(b, spec.request_headers),
    bodyData: typeof data === 'string' ? exactBody(b, data) : compileExactTexts(b, data),
    bodyJson: compileExact(b, spec.request_body_json ?? {}),
  };
}

function texts(b: Builder, mapping: JsonObject | string | undefined, field: string): JsonObject | string | undefined {
  return typeof mapping === 'object' ? requireTexts(b, mapping, field) : mapping;
}

/** A body that is a text, or a form where the template gives an object; none where it gives nothing. */
function exactBody(b: Builder, data: string): Evaluate {
  const evaluate = compileExact(b, data);
  return (context) => {
    const value = evaluate(context);
    if (value === null) return {};
    return isDict(value) ? value : str(value);
  };
}
