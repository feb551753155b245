import { describe } from 'vitest';
import { components } from '../../src/components/index.ts';
import { createBuilder } from '../../src/engine/builder.ts';
import type { Exchange } from '../../src/engine/http.ts';
import type { RequestContributor } from '../../src/engine/kinds.ts';
import { compileMapping, compileNested } from '../../src/engine/mappings.ts';
import { createRegistry } from '../../src/engine/registry.ts';
import { RequestOptions } from '../../src/engine/request-options.ts';
import type { Run } from '../../src/engine/run.ts';
import { StreamSlice } from '../../src/engine/stream-slice.ts';
import { buildRequest, type HttpRequest } from '../../src/http/request.ts';
import type { Value } from '../../src/lang/index.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { isoParse } from '../../src/lib/time/index.ts';
import { buildFromYaml, testRun } from '../../src/testing/build-from-yaml.ts';
import { type CorpusLine, itMatches } from './outcome.ts';
import { corpusLines } from './shared.ts';

/** A text goes out as a text here though it reads as an object, and a link is not given again what it has. */
function differsOnPurpose({ requester, path_override: link = '' }: CorpusLine): boolean {
  const data = (requester as JsonObject | undefined)?.['request_body_data'];
  return (typeof data === 'string' && data.startsWith('{') && !data.startsWith('{{')) || /[?&](\w+)=[^&]*&\1=/.test(String(link));
}

const lines = (corpusLines('units/urls.jsonl') as CorpusLine[]).filter((line) => !differsOnPurpose(line));
const registry = createRegistry(components);

describe.skipIf(lines.length === 0)('the request of a page', () => {
  itMatches('urls', lines, async (line) => {
    if (line['op'] !== undefined) return mappingOf(line);
    return line['request_option'] === undefined ? requestOf(line) : optionOf(line);
  });
});

/** The request that a requester makes, as far as it comes from the manifest. */
async function requestOf(line: CorpusLine): Promise<Json> {
  let exchange: Exchange | undefined;
  const http: Run['http'] = {
    ...testRun().http,
    async send(given) {
      exchange = given;
      return null;
    },
  };
  const now = line['now'] === undefined ? {} : { now: isoParse(line['now'] as string).epochMicroseconds() };
  const requester = buildFromYaml('requester', line['requester'] as JsonObject, {
    config: line['config'] as JsonObject,
    run: { http },
    ...now,
  });
  const token = (line['next_page_token'] as JsonObject | undefined)?.['next_page_token'] as Value | undefined;
  await requester.send({ slice: sliceOf(line), token }, [contributorOf(line)], line['path_override'] as string | undefined);
  const { method, url, body, headers } = buildRequest(await (exchange as Exchange).prepare(() => true)) as HttpRequest & {
    body: string | null;
  };
  // The reference states no type of texts.
  const compared = Object.entries(headers).filter(([name, value]) => !name.startsWith('Accept') && value !== 'text/plain; charset=utf-8');
  return { method, url, body, headers: Object.fromEntries(compared) };
}

function sliceOf(line: CorpusLine): StreamSlice {
  const parts = ((line['stream_slice'] ?? {}) as JsonObject)['$slice'] as { [part: string]: JsonObject } | undefined;
  return new StreamSlice(parts?.['partition'], parts?.['cursor_slice'], parts?.['extra_fields']);
}

/** What a paginator adds in the corpus. */
function contributorOf(line: CorpusLine): RequestContributor {
  const { params, headers, data, json } = (line['extra'] ?? {}) as { [place: string]: JsonObject };
  return {
    contribute(options) {
      Object.assign(options.params, params);
      Object.assign(options.headers, headers);
      if (data !== undefined) options.bodyData = data;
      if (json !== undefined) options.bodyJson = json;
    },
  };
}

function optionOf(line: CorpusLine): Json {
  const spec = { type: 'RequestOption', ...(line['request_option'] as JsonObject) };
  const option = buildFromYaml('requestOption', spec, { config: line['config'] as JsonObject });
  const options = new RequestOptions();
  option.inject(options, line['value'] as Json);
  return options[option.place as 'params'] as Json;
}

function mappingOf(line: CorpusLine): Json {
  const config = line['config'] as JsonObject;
  const builder = createBuilder({ registry, run: testRun(), config });
  const mapping = line['mapping'] as JsonObject;
  const evaluate =
    line['op'] === 'interpolated_mapping' ? compileMapping(builder, mapping, { textOnly: false }) : compileNested(builder, mapping);
  return evaluate({ config, parameters: {} }) as Json;
}
