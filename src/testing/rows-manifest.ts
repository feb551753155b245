import { stringify } from 'yaml';
import type { JsonObject } from '../lib/json.ts';

/** What a test's manifest of one stream has beside the usual. */
export interface RowsManifestParts {
  readonly requester?: JsonObject;
  readonly paginator?: JsonObject;
  readonly stream?: JsonObject;
}

/** The text of a manifest with the one stream `rows`, which reads the list `rows` of what the API answers. */
export function rowsManifest(url: string, { requester, paginator, stream }: RowsManifestParts = {}): string {
  return stringify({
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['rows'] },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'rows',
        schema_loader: { type: 'InlineSchemaLoader', schema: {} },
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', url: `${url}/rows`, ...requester },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } },
          ...(paginator && { paginator }),
        },
        ...stream,
      },
    ],
  });
}
