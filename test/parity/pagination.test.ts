import { describe } from 'vitest';
import type { PageRequest, Paginator } from '../../src/engine/kinds.ts';
import type { Page } from '../../src/engine/page.ts';
import { RequestOptions } from '../../src/engine/request-options.ts';
import { StreamSlice } from '../../src/engine/stream-slice.ts';
import type { Value } from '../../src/lang/index.ts';
import { type Json, type JsonObject, stringifyJson } from '../../src/lib/json.ts';
import { isoParse } from '../../src/lib/time/index.ts';
import { ManifestError } from '../../src/manifest/errors.ts';
import { buildFromYaml } from '../../src/testing/build-from-yaml.ts';
import { responseOf } from '../../src/testing/response-of.ts';
import { type CorpusLine, itMatches } from './outcome.ts';
import { corpusLines } from './shared.ts';
import { fromTyped } from './typed-values.ts';

const lines = (corpusLines('units/pagination.jsonl') as CorpusLine[]).map((line) =>
  line.error === true ? line : { ...line, expected: (line['steps'] as JsonObject[]).map(expectedStep) as Json },
);

describe.skipIf(lines.length === 0)('page after page', () => {
  itMatches('pagination', lines, async (line) => {
    const setting = { config: line['config'] as JsonObject, now: isoParse(line['now'] as string).epochMicroseconds() };
    let paginator: Paginator;
    try {
      paginator = buildFromYaml('paginator', line['paginator'] as JsonObject, setting);
    } catch (error) {
      // A template that reads an unknown variable fails here when it is built, in the reference when it is first evaluated.
      if (error instanceof ManifestError && error.code === 'template-variable' && line.error !== true) return [{ error: true }];
      throw error;
    }
    const steps: Json[] = [];
    let token = paginator.initialToken();
    for (const given of line['pages'] as JsonObject[]) {
      const step = requestOf(paginator, { slice: new StreamSlice(), token });
      steps.push(step as Json);
      const page = await pageOf(given, line['field_path'] as Json, token);
      try {
        token = paginator.nextToken(page);
      } catch {
        step['error'] = true;
        break;
      }
      step['next'] = token ?? null;
      if (token === undefined) break;
    }
    return steps;
  });
});

const PLACES = { params: 'params', headers: 'headers', body_data: 'bodyData', body_json: 'bodyJson' } as const;

/** What the paginator puts into a request; empty places are left out. */
function requestOf(paginator: Paginator, request: PageRequest): { [part: string]: Value } {
  const options = new RequestOptions();
  paginator.contribute(options, request);
  const path = paginator.path(request);
  const step: { [part: string]: Value } = path === undefined ? {} : { path };
  for (const [name, place] of Object.entries(PLACES)) {
    if (Object.keys(options[place] as JsonObject).length > 0) step[name] = options[place] as Value;
  }
  return step;
}

async function pageOf({ body, headers, emitted }: JsonObject, fieldPath: Json, token: Value | undefined): Promise<Page> {
  const bytes = Buffer.from(typeof body === 'string' ? body : stringifyJson(body as Json));
  const response = responseOf(bytes, (headers ?? {}) as { [name: string]: string });
  const slice = new StreamSlice();
  const documents = (await Array.fromAsync(buildFromYaml('decoder', { type: 'JsonDecoder' }).decode(response))).flat();
  const extractor = buildFromYaml('extractor', { type: 'DpathExtractor', field_path: fieldPath });
  const { records, count } = await extractor.extract(documents, { slice, token });
  // The reference was run without a record selector, in which case the records left by a filter are all that it counts.
  const kept = records.slice(0, (emitted as number | undefined) ?? count) as JsonObject[];
  return {
    response,
    document: documents[0] ?? {},
    extracted: kept.length,
    emitted: kept.length,
    lastEmitted: kept.at(-1),
    size: kept.length,
    lastRecord: kept.at(-1),
    token,
    slice,
    pageSize: undefined,
  };
}

function expectedStep(step: JsonObject): Json {
  const found: { [part: string]: Value } = {};
  for (const [name, value] of Object.entries(step)) {
    if (name === 'error_type') continue;
    found[name] = name === 'path' || name === 'error' ? value : value === null ? null : fromTyped(value);
  }
  return found as Json;
}
