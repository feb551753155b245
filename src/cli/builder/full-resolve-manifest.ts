import type { Json, JsonObject } from '../../lib/json.ts';
import type { OutgoingMessage } from '../../protocol/messages.ts';
import { type Connector, inManifest } from '../connector.ts';
import { openConnector } from '../open-connector.ts';
import { createLogOutput } from './collected-output.ts';
import { DEFAULT_LIMITS, inSession, testLimits } from './connector.ts';

/** What filling templates in may take. */
export interface FullResolve {
  readonly connector: Connector;
  /** The most streams of one template. */
  readonly streams: number;
  /** Gets the messages of the run, redacted. */
  readonly log: (message: OutgoingMessage) => void;
}

/**
 * The manifest with its templates filled in: the streams that they become stand after the others, each with the name of its template as
 * `dynamic_stream_name`, which is null in the others. Throws ManifestError or Failure.
 */
// parity: connector_builder/connector_builder_handler.py:full_resolve_manifest
export function fullResolveManifest({ connector, streams, log }: FullResolve): Promise<JsonObject> {
  return inSession(
    (redact) => createLogOutput(log, redact),
    (session) =>
      inManifest(connector, async () => {
        const { manifest } = connector;
        const opened = await openConnector(session, connector, testLimits(DEFAULT_LIMITS));
        const declared = ((manifest['streams'] ?? []) as JsonObject[]).map((stream) => named(stream, null));
        const byTemplate = new Map<string, JsonObject[]>();
        for (const { spec, template } of await opened.source().filledTemplates()) {
          const filled = byTemplate.get(template) ?? [];
          if (filled.length < streams) filled.push(named(spec, template));
          byTemplate.set(template, filled);
        }
        return { ...manifest, streams: [...declared, ...[...byTemplate.values()].flat()] };
      }),
  );
}

function named(stream: JsonObject, template: Json): JsonObject {
  return { ...stream, dynamic_stream_name: template };
}
