import { component } from '../../engine/component.ts';
import { toInteger } from '../../engine/conversion.ts';
import { either, integer, object, optional, text } from '../../engine/fields.ts';
import type { RequestMatcher } from '../../engine/http.ts';
import { compileRegex, type Regex } from '../../lang/regex.ts';
import { str } from '../../lang/text.ts';
import { PythonError, type Value } from '../../lang/values.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: sources/streams/call_rate.py:HttpRequestRegexMatcher */
export const HttpRequestRegexMatcher = component({
  type: 'HttpRequestRegexMatcher',
  kind: 'requestMatcher',
  summary: 'Takes the requests whose method, host, path, query parameters and headers are all as stated.',
  example: `
    type: HttpRequestRegexMatcher
    method: GET
    url_base: https://api.example.com
    url_path_pattern: ^/v1/reports/\\d+$
    weight: 5`,
  fields: () => ({
    method: optional(text('The method, in any case.')),
    url_base: optional(text('Scheme and host, such as https://api.example.com.')),
    url_path_pattern: optional(text('A regular expression of Python, looked for anywhere in the path.')),
    params: optional(object()),
    headers: optional(object()),
    weight: optional(either(integer(), text('How many calls such a request counts as.'))),
  }),
  build(spec, b) {
    const pattern = spec.url_path_pattern
      ? compilePattern(spec.url_path_pattern, (message) => b.fail(message, 'url_path_pattern'))
      : undefined;
    const weight = spec.weight === undefined ? undefined : toInteger(b.string(spec.weight).evaluate(b.context()));
    if (spec.weight !== undefined && (weight === undefined || weight < 1))
      b.fail('The weight of a request must be a whole number from 1 on.', 'weight');
    const matcher: RequestMatcher = {
      ...(spec.method ? { method: spec.method } : {}),
      ...(spec.url_base ? { urlBase: spec.url_base } : {}),
      ...(pattern === undefined ? {} : { urlPathPattern: { test: (path: string) => pattern.search(path) !== undefined } }),
      ...(spec.params === undefined ? {} : { params: texts(spec.params) }),
      ...(spec.headers === undefined ? {} : { headers: texts(spec.headers) }),
      ...(weight === undefined ? {} : { weight }),
    };
    return matcher;
  },
});

function compilePattern(pattern: string, fail: (message: string) => never): Regex {
  try {
    return compileRegex(pattern);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return fail(`"${pattern}" is no regular expression: ${error.message}.`);
  }
}

function texts(values: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, str(value as Value)]));
}
