import type { Builder, Extracted, Extractor, Json, JsonObject } from '../../../src/engine/authoring.ts';
import type { ArticlesRecord } from './types.gen.ts';

/** Pocket gives its articles as an object by their ids, and as an empty list when there are none: `{"list": {"229279689": {...}}}`. */
export class PocketExtractor implements Extractor {
  readonly #field: string;

  constructor(spec: JsonObject, builder: Builder) {
    const field = spec['field_path'] ?? 'list';
    if (typeof field !== 'string') builder.fail('field_path must be the name of a field.', 'field_path');
    this.#field = field as string;
  }

  extract(documents: readonly Json[]): Extracted {
    const records = documents.flatMap((document) => articlesIn((document as JsonObject)[this.#field]));
    return { records: records as Json[], count: records.length };
  }
}

function articlesIn(list: Json | undefined): ArticlesRecord[] {
  if (list === undefined || list === null || typeof list !== 'object') return [];
  return (Array.isArray(list) ? list : Object.values(list as JsonObject)) as ArticlesRecord[];
}
