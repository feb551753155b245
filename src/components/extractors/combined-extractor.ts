import { component } from '../../engine/component.ts';
import { boolean, oneOf, slots, withDefault } from '../../engine/fields.ts';
import type { Extracted, Extractor } from '../../engine/kinds.ts';
import { truth } from '../../lang/index.ts';
import type { Json } from '../../lib/json.ts';

/** parity: extractors/combined_extractor.py:CombinedExtractor */
export const CombinedExtractor = component({
  type: 'CombinedExtractor',
  kind: 'extractor',
  summary: 'Takes the records of several extractors: of all of them, or of the first that finds any.',
  example: `
    type: CombinedExtractor
    mode: first_match
    extractors:
      - type: DpathExtractor
        field_path: [data, items]
      - type: DpathExtractor
        field_path: [items]`,
  fields: () => ({
    extractors: slots('extractor', { types: ['DpathExtractor', 'CombinedExtractor', 'CustomRecordExtractor'] }),
    mode: withDefault(oneOf('union', 'first_match'), 'union'),
    skip_empty_records: withDefault(boolean(), false),
  }),
  build(spec, b): Extractor {
    const extractors = b.buildAll('extractor', spec.extractors);
    if (extractors.length === 0) b.fail('CombinedExtractor needs at least one extractor.', 'extractors');
    const firstOnly = spec.mode === 'first_match';

    function withoutEmpty(extracted: Extracted, index: number): Extracted {
      if (!spec.skip_empty_records) return extracted;
      const records = extracted.records.filter((record) => truth(record));
      const dropped = extracted.records.length - records.length;
      if (dropped > 0) {
        b.run.log.warn(
          `${b.path}.extractors[${index}]: ${dropped} empty records are left out. An API that gives empty records beside others often tells why in an error field of its response.`,
        );
      }
      return { records, count: extracted.count };
    }

    return {
      wholeResponse: true,
      sumsLists: !firstOnly || extractors.some(({ sumsLists }) => sumsLists === true),
      async extract(documents, request) {
        const parts: Json[][] = [];
        let count = 0;
        for (const [index, extractor] of extractors.entries()) {
          const extracted = withoutEmpty(await extractor.extract(documents, request), index);
          if (firstOnly && extracted.records.length === 0) continue;
          parts.push(extracted.records);
          count += extracted.count;
          if (firstOnly) break;
        }
        return { records: parts.flat(), count };
      },
    };
  },
});
