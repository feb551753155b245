import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { firstSlices } from '../../engine/bounded-slices.ts';
import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { compositeSchema } from '../../engine/composite-schema.ts';
import { declaredRouter } from '../../engine/declared-router.ts';
import { findEmptyValues, tellOfEmptyValues } from '../../engine/empty-values.ts';
import { anything, describe, either, extension, oneOf, optional, type Slot, slot, slots, text, withDefault } from '../../engine/fields.ts';
import { fileReferenceOf } from '../../engine/file-reference.ts';
import { createFinalStateCursor } from '../../engine/final-state-cursor.ts';
import { hazardsOf } from '../../engine/hazards.ts';
import type {
  Cursor,
  IncrementalSync,
  OpenOptions,
  OpenStream,
  PartitionRouter,
  RequestContributor,
  RouterParent,
  SchemaLoader,
  Stream,
  StreamScope,
} from '../../engine/kinds.ts';
import { NoSchemaFile } from '../../engine/no-schema-file.ts';
import { createPartitionCursor, type PartitionCursorOptions } from '../../engine/partition-cursor.ts';
import { RequestOptions } from '../../engine/request-options.ts';
import type { Resumption } from '../../engine/resumption.ts';
import { sampledSchema } from '../../engine/sampled-schema.ts';
import { slicesOfShard, streamShard } from '../../engine/shard.ts';
import { readingState } from '../../engine/state-error.ts';
import { streamFingerprint } from '../../engine/stream-fingerprint.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { createTally } from '../../engine/tally.ts';
import { sliceVariables } from '../../engine/unknown-variables.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import type { ManifestError } from '../../manifest/errors.ts';

const NAMES = { type: 'array', items: { type: 'string' } };
/** A field, several of them, or paths to several. */
const PRIMARY_KEY = { anyOf: [{ type: 'string' }, NAMES, { type: 'array', items: NAMES }] };

/** parity: parsers/model_to_component_factory.py:create_default_stream */
export const DeclarativeStream = component({
  type: 'DeclarativeStream',
  kind: 'stream',
  summary: 'A stream of records: where they come from, what they look like, and how the next sync knows which are new.',
  example: `
    type: DeclarativeStream
    name: items
    primary_key: id
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: https://api.example.com/v1/items
      record_selector:
        type: RecordSelector
        extractor:
          type: DpathExtractor
          field_path: [items]`,
  fields: () => ({
    name: withDefault(text(), ''),
    retriever: slot('retriever'),
    incremental_sync: optional(slot('incrementalSync')),
    primary_key: describe(optional(anything(), ''), { schema: PRIMARY_KEY }),
    schema_loader: optional(either(slot('schemaLoader'), slots('schemaLoader'))),
    transformations: optional(slots('transformation')),
    state_migrations: optional(slots('stateMigration'), []),
    file_uploader: optional(slot('fileUploader', { defaultType: 'FileUploader' })),
    destination_sync_mode: extension(
      optional(oneOf('append', 'overwrite', 'append_dedup')),
      'How the records are best written: a suggestion for configured catalogs.',
    ),
    destination_object_name: extension(optional(text()), 'What the table is best called: a suggestion for configured catalogs.'),
  }),
  build(spec, b) {
    const primaryKey = parsePrimaryKey(b, spec.primary_key);
    let loader: SchemaLoader | undefined;
    let schema: Promise<JsonObject> | undefined;
    const schemaLoader = (): SchemaLoader => {
      loader ??= schemaLoaderOf(b, spec.name, spec.schema_loader);
      return loader;
    };
    const loadSchema = (): Promise<JsonObject> => {
      schema ??= Promise.resolve(schemaLoader().load());
      return schema;
    };
    let completed: Promise<JsonObject> | undefined;
    const completeSchema = (): Promise<JsonObject> => {
      const { sample } = schemaLoader();
      if (sample === undefined) return loadSchema();
      completed ??= loadSchema().then((known) => sampledSchema(b.run, stream, sample, known));
      return completed;
    };
    const incremental = (scoped: Builder = b): IncrementalSync | undefined =>
      spec.incremental_sync && scoped.build('incrementalSync', spec.incremental_sync, { declaration: spec as unknown as JsonObject });

    const stream: Stream = {
      name: spec.name,
      primaryKey,
      cursorField(catalogField) {
        const sync = incremental();
        return sync?.allowsCatalogField && catalogField !== undefined ? catalogField : sync?.field;
      },
      async describe() {
        const sync = incremental();
        return {
          name: spec.name,
          jsonSchema: await completeSchema(),
          primaryKey,
          cursorField: sync?.field,
          sourceDefinedCursor: sync !== undefined && !sync.allowsCatalogField,
          isResumable: sync !== undefined || b.run.checkpoints?.of(spec.name) === 'page',
          isFileBased: spec.file_uploader !== undefined,
          destinationSyncMode: spec.destination_sync_mode,
          destinationName: spec.destination_object_name,
        };
      },
      fingerprint: () => streamFingerprint(spec as unknown as JsonObject, b.config, b.run.secrets),
      async open(options: OpenOptions): Promise<OpenStream> {
        const sync = incremental();
        const state = withoutEmptyValues(b, spec.name, sync, migrateState(b, spec, options.state), options.cursorField);
        const router = declaredRouter(b, spec.retriever, spec as unknown as JsonObject);
        const shard = options.shard && streamShard(options.shard, spec.name);
        const cursor = readingState({ stream: spec.name }, () => cursorOf(b, sync, router, state, { ...options, shard }));
        const hasState = state !== undefined && Object.keys(state).length > 0;
        if (router !== undefined) await openParents(router);
        if (options.isParent !== true) noteHazards(b, spec.name, sync, router, options.readsWhole === true);
        const mistakes: ManifestError[] = [];
        const own = b.within({ mistakes });
        const tally = createTally();
        const scope: StreamScope = {
          name: spec.name,
          tally,
          sliceVariables: sliceVariables(spec.retriever),
          primaryKey: (primaryKey ?? []).map((key) => [key]),
          cursor,
          incremental: sync,
          hasState,
          slicing: slicingOf(router, sync === undefined ? undefined : cursor),
          router,
          transformations: own.buildAll('transformation', spec.transformations),
          schema: loadSchema,
          selectedSchema: options.selectedSchema,
          fileUploader:
            spec.file_uploader &&
            own.build('fileUploader', spec.file_uploader, { defaultType: 'FileUploader', stream: auxiliaryScope(b.run, spec.name) }),
        };
        const retriever = own.build('retriever', spec.retriever, { stream: scope, declaration: spec as unknown as JsonObject });
        const { resumption } = options;
        if (resumption !== undefined) cursor.resume?.(resumption);
        const partitions = (): AsyncIterable<StreamSlice> => {
          if (router === undefined) return single();
          const all = shard === undefined ? router.slices() : slicesOfShard(router, shard);
          return resumption === undefined ? all : withoutDone(all, resumption);
        };
        const slices = (): AsyncIterable<StreamSlice> => (sync !== undefined ? cursor.slices() : partitions());
        return {
          name: spec.name,
          primaryKey,
          tally,
          cursor,
          router,
          hasState,
          remarks: () => sync?.remarks?.() ?? [],
          schema: loadSchema,
          mistakes,
          slices() {
            const [first, ...others] = mistakes;
            if (first !== undefined) throw first.with(others);
            const all = retriever.slices?.(slices()) ?? slices();
            return b.run.limits.slices === undefined ? all : firstSlices(all, b.run.limits.slices);
          },
          read: (slice, position) => retriever.read(slice, position),
          fileOf: spec.file_uploader === undefined ? undefined : fileReferenceOf,
        };
      },
    };
    return stream;
  },
});

/** Notes what is declared of a stream and does not work as it stands. */
function noteHazards(
  b: Builder,
  name: string,
  sync: IncrementalSync | undefined,
  router: PartitionRouter | undefined,
  readsWhole: boolean,
): void {
  const { add } = hazardsOf(b.run);
  if (!readsWhole) for (const hazard of sync?.hazards?.() ?? []) add(name, hazard);
  const kept = parentsOf(router).filter(({ incremental }) => incremental === true);
  for (const parent of kept.filter(({ hasCursor }) => hasCursor?.() === false))
    add(
      name,
      `incremental_dependency of the parent stream ${parent.name} does nothing, since that has no incremental_sync. Give it one, or leave incremental_dependency out.`,
    );
  if (sync !== undefined || kept.length === 0) return;
  add(
    name,
    `incremental_dependency of the parent stream ${kept.map((parent) => parent.name).join(', ')} does nothing, since the stream has no incremental_sync ` +
      'whose state could hold that of its parent: all of the parent is read each time. Add an incremental_sync, or leave incremental_dependency out.',
  );
}

/** The parents that a router reads, those of the routers within it included. */
function parentsOf(router: PartitionRouter | undefined): RouterParent[] {
  return [...(router?.parents ?? []), ...(router?.inner ?? []).flatMap(parentsOf)];
}

async function openParents(router: PartitionRouter): Promise<void> {
  await router.openParents?.();
  for (const inner of router.inner ?? []) await openParents(inner);
}

async function* single(): AsyncGenerator<StreamSlice> {
  yield new StreamSlice();
}

/** The partitions that an earlier run of the sync did not read to their end. */
async function* withoutDone(slices: AsyncIterable<StreamSlice>, resumption: Resumption): AsyncGenerator<StreamSlice> {
  for await (const slice of slices) if (!resumption.takeDone(slice.partition)) yield slice;
}

/** parity: sources/streams/concurrent/helpers.py:get_primary_key_from_stream */
function parsePrimaryKey(b: Builder, key: Json | undefined): readonly string[] | undefined {
  if (key === undefined || key === null) return undefined;
  const keys =
    typeof key === 'string'
      ? [key]
      : Array.isArray(key)
        ? key.map((part) => (Array.isArray(part) && part.length === 1 ? (part[0] ?? null) : part))
        : [];
  if (!keys.every((part) => typeof part === 'string') || (typeof key !== 'string' && !Array.isArray(key))) {
    b.fail('primary_key must be a field name or a list of field names; nested keys are not supported.', 'primary_key');
  }
  return keys as string[];
}

/** The loader of a schema; without one, the file of the stream's name where there is one. */
// parity: schema/default_schema_loader.py:DefaultSchemaLoader
function schemaLoaderOf(b: Builder, name: string, loader: Slot<'schemaLoader'> | Slot<'schemaLoader'>[] | undefined): SchemaLoader {
  if (Array.isArray(loader)) return compositeSchema(b.buildAll('schemaLoader', loader));
  if (loader !== undefined) return b.build('schemaLoader', loader);
  const parameters = { ...b.parameters, name: b.parameters['name'] ?? name };
  const file = b.build('schemaLoader', { type: 'JsonFileSchemaLoader', $parameters: parameters } as unknown as Slot<'schemaLoader'>);
  return {
    async load() {
      try {
        return await file.load();
      } catch (error) {
        if (!(error instanceof NoSchemaFile)) throw error;
        b.run.log.info(`The stream ${name} has no schema, so its catalog entry has an empty one.`);
        return {};
      }
    },
  };
}

interface StreamSpec {
  readonly retriever: Slot<'retriever'>;
  readonly state_migrations?: Slot<'stateMigration'>[] | undefined;
  readonly incremental_sync?: Slot<'incrementalSync'> | undefined;
}

function migrateState(b: Builder, spec: StreamSpec, state: JsonObject | undefined): JsonObject | undefined {
  const migrations = b.buildAll('stateMigration', spec.state_migrations, { declaration: spec as unknown as JsonObject });
  if (state === undefined) return undefined;
  let migrated = state;
  for (const migration of migrations) {
    if (migration.shouldMigrate(migrated)) migrated = migration.migrate(migrated);
  }
  return migrated;
}

/** The state, undefined where it holds nothing but empty cursor values; warns of those that it holds. */
function withoutEmptyValues(
  b: Builder,
  name: string,
  sync: IncrementalSync | undefined,
  state: JsonObject | undefined,
  catalogField: string | undefined,
): JsonObject | undefined {
  if (sync === undefined || state === undefined) return state;
  const found = findEmptyValues(state, (one) => sync.lacksValue(one, catalogField));
  const field = (sync.allowsCatalogField && catalogField) || sync.field;
  for (const warning of tellOfEmptyValues(found, name, field)) b.run.log.warn(warning);
  return found.isAll ? undefined : state;
}

function cursorOf(
  b: Builder,
  sync: IncrementalSync | undefined,
  router: PartitionRouter | undefined,
  state: JsonObject | undefined,
  options: PartitionCursorOptions,
): Cursor {
  if (sync === undefined) {
    if (state !== undefined) router?.setParentState?.(state);
    return createFinalStateCursor(b.run.clock.now);
  }
  if (router === undefined) return sync.open(state, options.cursorField);
  if (!sync.partitionable)
    b.fail('This cursor cannot be kept for each partition: leave the partition_router or this incremental_sync out.', 'incremental_sync');
  return createPartitionCursor(b.run, router, sync, state, options);
}

/** The router's share of a request with the cursor's over it. */
function slicingOf(router: PartitionRouter | undefined, cursor: Cursor | undefined): RequestContributor {
  const parts = [router, cursor].filter((part) => part !== undefined);
  return {
    contribute(options, request) {
      for (const part of parts) {
        const share = new RequestOptions();
        part.contribute(share, request);
        options.overlay(share);
      }
    },
  };
}
