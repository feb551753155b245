import { describe, expect, it } from 'vitest';
import { components } from '../components/index.ts';
import { Float } from '../lib/json.ts';
import { coerceScalars } from './coercion.ts';
import { createRegistry } from './registry.ts';

describe('coerceScalars', () => {
  const registry = createRegistry(components);

  it('turns numbers into text and texts into numbers where fields take these', () => {
    const spec = {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: 'http://api', path: 12, use_cache: 'yes', request_parameters: { n: 1 } },
      paginator: { type: 'DefaultPaginator', pagination_strategy: { type: 'PageIncrement', page_size: '50', start_from_page: '1' } },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [new Float(1), 'items'] } },
    };
    expect(coerceScalars(spec, registry)).toEqual({
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: 'http://api', path: '12', use_cache: true, request_parameters: { n: 1 } },
      paginator: { type: 'DefaultPaginator', pagination_strategy: { type: 'PageIncrement', page_size: '50', start_from_page: 1 } },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['1.0', 'items'] } },
    });
  });

  it('leaves what it does not know', () => {
    expect(coerceScalars({ type: 'Unknown', name: 1 }, registry)).toEqual({ type: 'Unknown', name: 1 });
    expect(coerceScalars({ type: 'HttpRequester', url: 'u', extra: 1, use_cache: 'perhaps' }, registry)).toEqual({
      type: 'HttpRequester',
      url: 'u',
      extra: 1,
      use_cache: 'perhaps',
    });
  });
});
