import { components } from '../components/index.ts';
import { hazardsOf } from '../engine/hazards.ts';
import type { StreamDescription } from '../engine/kinds.ts';
import type { Limits } from '../engine/run.ts';
import type { CatalogStream } from '../protocol/messages.ts';
import { type Connector, explainError, inManifest, requireConnector } from './connector.ts';
import { openConnector } from './open-connector.ts';
import type { CommandOptions } from './program.ts';
import { runCommand, type Session } from './session.ts';

/** Prints the CATALOG message. */
export function runDiscover(options: CommandOptions): Promise<number> {
  return runCommand(options, components, async (session) => {
    const connector = await requireConnector(session);
    const streams = await inManifest(connector, () => discoverStreams(session, connector));
    session.output.message({ type: 'CATALOG', catalog: { streams } });
    return 0;
  });
}

/** The streams of the catalog; throws ManifestError or Failure for one that could not be read. */
export async function discoverStreams(session: Session, connector: Connector, limits?: Limits): Promise<CatalogStream[]> {
  const opened = await openConnector(session, connector, limits);
  opened.validate();
  const descriptions: StreamDescription[] = [];
  for (const stream of await opened.source().streams()) {
    // What cannot be built cannot be read: better said now than in the first sync.
    const { mistakes = [] } = await stream.open({ state: undefined });
    for (const mistake of mistakes) opened.run.log.warn(messageOf(await explainError(connector, mistake)));
    descriptions.push(await stream.describe());
  }
  hazardsOf(opened.run).tell();
  return descriptions.map(catalogStream);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A stream as the catalog shows it. parity: sources/streams/concurrent/default_stream.py:DefaultStream.as_airbyte_stream */
export function catalogStream(stream: StreamDescription): CatalogStream {
  const { name, jsonSchema, primaryKey = [], cursorField, isResumable, isFileBased } = stream;
  return {
    name,
    json_schema: jsonSchema,
    supported_sync_modes: cursorField === undefined ? ['full_refresh'] : ['full_refresh', 'incremental'],
    ...(cursorField === undefined ? {} : { source_defined_cursor: stream.sourceDefinedCursor, default_cursor_field: [cursorField] }),
    ...(primaryKey.length === 0 ? {} : { source_defined_primary_key: primaryKey.map((key) => [key]) }),
    is_resumable: isResumable,
    is_file_based: isFileBased,
  };
}
