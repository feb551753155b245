import { describe } from 'vitest';
import { compileNormalization } from '../../src/components/selectors/schema-normalization.ts';
import type { PageRequest, Row } from '../../src/engine/kinds.ts';
import { StreamSlice } from '../../src/engine/stream-slice.ts';
import type { Value } from '../../src/lang/index.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { buildFromYaml, type TestSetting } from '../../src/testing/build-from-yaml.ts';
import { type CorpusLine, itMatches } from './outcome.ts';
import { corpusLines } from './shared.ts';
import { fromTyped } from './typed-values.ts';

const lines = corpusLines('units/transforms.jsonl') as CorpusLine[];

function settingOf(line: CorpusLine): TestSetting {
  return { config: (line['config'] ?? {}) as JsonObject, now: microseconds(line['now'] as string | undefined) };
}

function microseconds(iso = '2026-01-15T12:34:56.789012Z'): bigint {
  return BigInt(Date.parse(iso)) * 1000n + BigInt(iso.slice(23, 26));
}

function requestOf(line: CorpusLine): PageRequest {
  const given = (line['stream_slice'] as JsonObject | undefined)?.['$slice'] as { [part: string]: JsonObject } | undefined;
  const token = (line['next_page_token'] as JsonObject | null | undefined)?.['next_page_token'];
  return {
    slice: (given && new StreamSlice(given['partition'], given['cursor_slice'], given['extra_fields'])) ?? (null as unknown as StreamSlice),
    token: token as Value | undefined,
  };
}

describe.skipIf(lines.length === 0)('records on their way', () => {
  const those = (name: string) => lines.filter((line) => line[name] !== undefined);

  itMatches('transformations', those('transformation'), async (line) => {
    const record = fromTyped(line['record'] as Json) as Row;
    const transformation = buildFromYaml('transformation', line['transformation'] as JsonObject, settingOf(line));
    await transformation.ready?.();
    return transformation.transform(record, requestOf(line)) ?? record;
  });

  itMatches('filters', those('record_filter'), async (line) => {
    const filter = buildFromYaml('recordFilter', line['record_filter'] as JsonObject, settingOf(line));
    return (line['records'] as Row[]).filter((row) => filter.keep(row, requestOf(line)));
  });

  itMatches('normalisation', those('normalize'), async (line) => {
    const record = fromTyped(line['normalize'] as Json) as Row;
    compileNormalization(line['schema'] as JsonObject, () => {}).normalize(record);
    return record;
  });
});
