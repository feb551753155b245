import { deprecations } from '../../engine/deprecations.ts';
import type { Source, Stream } from '../../engine/kinds.ts';
import { readStreams } from '../../engine/read.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import type { Secrets } from '../../lib/secrets.ts';
import type { ConfiguredCatalog } from '../../protocol/catalog.ts';
import { errorTrace } from '../../protocol/failure.ts';
import type { OutgoingMessage } from '../../protocol/messages.ts';
import type { InputState } from '../../protocol/state.ts';
import { ConfigMismatch } from '../config-schema.ts';
import { type Connector, explainError, inManifest } from '../connector.ts';
import { type Opened, openConnector } from '../open-connector.ts';
import type { Session } from '../session.ts';
import { createCollectedOutput } from './collected-output.ts';
import { inSession, testLimits, watched } from './connector.ts';
import { createFormatInferrer } from './inferred-formats.ts';
import { createSchemaInferrer, type InferredSchema, type SchemaInferrer } from './inferred-schema.ts';
import { createReadGroups, type SeenResponse, type SeenSlice } from './read-groups.ts';
import { showRequest, showResponse } from './shown-exchange.ts';
import { type AuxiliaryRequest, type ReadLog, readLog, type StreamRead, type StreamReadSlice } from './stream-read.ts';

/** What is to be read for a test. */
export interface TestRead {
  readonly connector: Connector;
  /** Its first stream is read. */
  readonly catalog: ConfiguredCatalog;
  readonly state: InputState;
  readonly limits: TestReadLimits;
  /** Gets the messages that are for nobody but whoever runs the command: LOG messages, redacted. */
  readonly log: (message: OutgoingMessage) => void;
}

/** The bounds of a test read; records only count for whether a bound was reached. */
export interface TestReadLimits {
  readonly slices: number;
  readonly pagesPerSlice: number;
  readonly records: number;
}

/**
 * Reads the first slices and pages of one stream, nothing repeated or cached, and shows what was asked and answered. Failures of the stream are
 * among the logs; throws ManifestError or Failure where the stream cannot be built.
 */
// parity: connector_builder/test_reader/reader.py:TestReader.run_test_read
export function testRead({ connector, catalog, state, limits, log }: TestRead): Promise<StreamRead> {
  const streamName = catalog.streams[0]?.stream.name ?? '';
  const groups = createReadGroups(streamName);
  const schemas = createSchemaInferrer();
  const formats = createFormatInferrer();
  const logs: ReadLog[] = state.ignored.map((text) => readLog('WARN', text));
  const declarations: Json[] = [connector.manifest['streams'] ?? []].flat();
  let isReading = false;
  let savedConfig: JsonObject | undefined;

  function message(redact: (text: string) => string, received: OutgoingMessage): void {
    if (received.type === 'LOG') {
      const told = { ...received.log, message: redact(received.log.message) };
      if (told.level === 'WARN') logs.push(readLog('WARN', told.message));
      log({ type: 'LOG', log: told });
    } else if (received.type === 'TRACE' && received.trace.type === 'ERROR') {
      const { message: text, internal_message: internal, stack_trace: stack } = received.trace.error;
      logs.push({
        message: redact(text),
        level: 'ERROR',
        internal_message: internal === undefined ? null : redact(internal),
        stacktrace: stack === undefined ? null : redact(stack),
      });
    } else if (received.type === 'CONTROL' && isReading) savedConfig = received.control.connectorConfig.config;
  }

  const output = (redact: (text: string) => string) =>
    createCollectedOutput({
      record(data) {
        groups.record(data);
        schemas.add(data);
        formats.add(data);
      },
      state: groups.state,
      message: (received) => message(redact, received),
    });

  return inSession(output, async (unwatched) => {
    const session = watched(unwatched, groups.observer);
    const read = async (opened: Opened): Promise<Stream | undefined> => {
      const source = opened.source();
      const stream = await findStream(source, streamName);
      declarations.push(...(await source.filledTemplates()).map(({ spec }) => spec));
      if (stream === undefined) logs.push(readLog('ERROR', `The manifest has no stream "${streamName}", so nothing was read.`));
      isReading = true;
      await readStreams(source, {
        run: opened.run,
        output: session.output,
        // All that can be read of a stream is read for a test, whether it has a cursor or not.
        catalog: { streams: catalog.streams.slice(0, 1).map((configured) => ({ ...configured, sync_mode: 'full_refresh' })) },
        state,
        explain: (error) => explainError(connector, error),
      });
      return stream;
    };
    const stream = await inManifest(connector, async () => {
      const opened = await openForTest(session, connector, limits);
      return opened && read(opened);
    });
    const { slices, auxiliary } = groups.finish();
    const inferred = inferSchema(schemas, stream, catalog.streams[0]?.cursor_field?.[0]);
    const told = deprecations(session.registry, declarations).map((text) => readLog('WARN', text));
    return {
      logs: [...logs, ...told, ...(inferred?.problems ?? []).map((text) => readLog('ERROR', text))],
      slices: slices.map((slice) => showSlice(slice, session.secrets)),
      test_read_limit_reached: hasReachedLimit(slices, limits),
      auxiliary_requests: auxiliary.map((seen) => showAuxiliary(seen, session.secrets)),
      inferred_schema: inferred?.schema ?? null,
      inferred_datetime_formats: formats.formats,
      latest_config_update: savedConfig === undefined ? null : withoutInternalKeys(savedConfig),
    };
  });
}

/** The opened connector; undefined when the config does not fit the specification, which then is told like a failure of the stream. */
async function openForTest(session: Session, connector: Connector, limits: TestReadLimits): Promise<Opened | undefined> {
  try {
    return await openConnector(session, connector, testLimits(limits));
  } catch (error) {
    if (!(error instanceof ConfigMismatch)) throw error;
    session.output.message(errorTrace(error));
    return undefined;
  }
}

async function findStream(source: Source, name: string): Promise<Stream | undefined> {
  return (await source.streams()).find((stream) => stream.name === name);
}

/** The schema of the records, the fields of the primary key and the cursor required. */
function inferSchema(schemas: SchemaInferrer, stream: Stream | undefined, catalogField: string | undefined): InferredSchema | undefined {
  const cursorField = stream?.cursorField(catalogField);
  return schemas.finish([...(stream?.primaryKey ?? []).map((key) => [key]), ...(cursorField === undefined ? [] : [[cursorField]])]);
}

// parity: connector_builder/test_reader/reader.py:TestReader._has_reached_limit
function hasReachedLimit(slices: readonly SeenSlice[], limits: TestReadLimits): boolean {
  if (slices.length >= limits.slices) return true;
  if (slices.some(({ pages }) => pages.length >= limits.pagesPerSlice)) return true;
  const records = slices.flatMap(({ pages }) => pages).reduce((sum, page) => sum + page.records.length, 0);
  return records >= limits.records;
}

function showSlice({ pages, descriptor, state, jobs }: SeenSlice, secrets: Secrets): StreamReadSlice {
  return {
    pages: pages.map(({ records, response }) => ({
      records,
      request: response === undefined ? null : showRequest(response, secrets),
      response: response === undefined ? null : showResponse(response, secrets),
    })),
    slice_descriptor: descriptor,
    state: state === undefined ? [] : [state],
    auxiliary_requests: jobs.map((seen) => showAuxiliary(seen, secrets)),
  };
}

// parity: connector_builder/test_reader/helpers.py:handle_auxiliary_request
function showAuxiliary({ response, purpose }: SeenResponse, secrets: Secrets): AuxiliaryRequest {
  return {
    title: `${purpose.ofParent ? 'Parent stream: ' : ''}${purpose.title}`,
    type: purpose.ofParent ? 'PARENT_STREAM' : purpose.type,
    description: purpose.description,
    request: showRequest(response, secrets),
    response: showResponse(response, secrets),
  };
}

/** A config without what the platform and the builder put into it. parity: connector_builder/test_reader/helpers.py:clean_config */
function withoutInternalKeys(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !key.startsWith('__')));
}
