import { expect, it } from 'vitest';
import { useBuiltInClasses } from './built-in-classes.ts';

it('turns classes of the Python CDK into component types, and no others', () => {
  const manifest = {
    extractor: {
      type: 'CustomRecordExtractor',
      class_name: 'airbyte_cdk.sources.declarative.extractors.DpathExtractor',
      field_path: ['a'],
    },
    strategies: [{ class_name: 'airbyte_cdk.sources.declarative.requesters.paginators.strategies.CursorPaginationStrategy', page_size: 1 }],
    own: { type: 'CustomRecordExtractor', class_name: 'source_x.components.Extractor' },
    typed: { type: 'RecordSelector', class_name: 'airbyte_cdk.X' },
  };
  expect(useBuiltInClasses(manifest)).toEqual({
    extractor: { type: 'DpathExtractor', field_path: ['a'] },
    strategies: [{ type: 'CursorPagination', page_size: 1 }],
    own: manifest.own,
    typed: manifest.typed,
  });
  expect(useBuiltInClasses({ own: manifest.own })['own']).toBe(manifest.own);
});
