import type { JsonObject } from '../src/lib/json.ts';

/** What a test's manifest of one stream has beside the usual. */
export interface ItemsManifestParts {
  readonly requester: JsonObject;
  readonly retriever?: JsonObject;
  readonly stream?: JsonObject;
  readonly source?: JsonObject;
}

/** A manifest with the one stream `items`, which reads the list `data` of what `/items` answers. */
export function itemsManifest({ requester, retriever, stream, source }: ItemsManifestParts): JsonObject {
  return {
    type: 'DeclarativeSource',
    version: '6.0.0',
    check: { type: 'CheckStream', stream_names: ['items'] },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'items',
        schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', path: '/items', ...requester },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
          ...retriever,
        },
        ...stream,
      },
    ],
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
    ...source,
  };
}

/** A cursor by day over the first days of 2026. */
export const DAILY_CURSOR: JsonObject = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'at',
  datetime_format: '%Y-%m-%d',
  start_datetime: '2026-01-01',
  end_datetime: '2026-01-10',
};
