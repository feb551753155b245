import type { Context } from '../lang/index.ts';
import type { Value } from '../lang/values.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import type { DateTime } from '../lib/time/index.ts';
import type { ManifestError } from '../manifest/errors.ts';
import type { FileReference } from '../protocol/messages.ts';
import type { LineWriter } from '../protocol/output.ts';
import type { FieldEdits, SchemaFit } from './field-edits.ts';
import type {
  BudgetRules,
  CallRatePolicy,
  HttpRequest,
  HttpResponse,
  Outcome,
  Rate,
  RefreshOutcome,
  RequestMatcher,
  Resolution,
  ResponseAction,
} from './http.ts';
import type { Purpose } from './observer.ts';
import type { Page } from './page.ts';
import type { RequestOptions } from './request-options.ts';
import type { CursorProgress, Resumption } from './resumption.ts';
import type { Shard } from './shard.ts';
import type { StreamSlice } from './stream-slice.ts';
import type { Tally } from './tally.ts';
import type { SliceVariables } from './unknown-variables.ts';

/** A record on its way from the response to the output. */
export type Row = JsonObject;

/** What a part looks at in a record: nothing, some top-level fields, or all of it. */
export type Reads = 'nothing' | 'all' | readonly string[];

/** What the request of one page is made for; `token` is undefined on the first page of a slice. */
export interface PageRequest {
  readonly slice: StreamSlice;
  readonly token: Value | undefined;
  /** The page size to ask for instead of the configured one, after the API refused a larger one. */
  readonly pageSize?: number | undefined;
}

/** A part that puts its share into a request: query, headers and body. */
export interface RequestContributor {
  contribute(options: RequestOptions, request: PageRequest): void;
}

/** Puts the body into a request. */
export interface RequestBody extends RequestContributor {
  readonly place: 'bodyData' | 'bodyJson';
}

/** Puts one value into a request at the place that the manifest names. */
export interface RequestOption {
  readonly place: 'params' | 'headers' | 'bodyData' | 'bodyJson' | 'path';
  inject(options: RequestOptions, value: Value): void;
}

/** Proves to the API who is asking. */
export interface Authenticator {
  /** Whether it adds nothing, so that nothing is missing where it is left out. */
  readonly isNone?: boolean;
  /** Adds the credentials to a request, whose URL can be asked for; called again for each attempt, since tokens change. */
  contribute(options: RequestOptions, url: () => string): void | Promise<void>;
  /** Changes the finished request of each attempt, for credentials that depend on all of it; may wait. */
  sign?(request: HttpRequest): Promise<HttpRequest>;
  /** The credential by itself, for authenticators that present it to somebody else. */
  credential?(): Promise<string>;
  /** Gets a new token before the next attempt, after the API refused the one that the request was sent with. */
  refresh?(sent: HttpRequest): Promise<RefreshOutcome>;
  /** Whether the next attempt would use other credentials, whose rate is not limited. */
  hasOtherCredential?(sent: HttpRequest): boolean;
  /** Told of every response, so that quotas can be followed. */
  observe?(sent: HttpRequest, response: HttpResponse): void;
}

/** Puts the token of a session into requests. */
export interface TokenPresenter {
  present(options: RequestOptions, token: Value): void;
}

/** Where the calls that each of several tokens has left are asked for. */
export interface QuotaStatusSource {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Statuses that say that the API counts no calls. */
  readonly unavailableStatuses: ReadonlySet<number>;
}

/** A pool of calls that each token has for the requests that a matcher takes; without matchers it is for all that no other pool is for. */
export interface TokenQuota {
  readonly name: string;
  readonly matchers: readonly RequestMatcher[];
  /** Where the status tells of the calls left, the time of the next reset and the calls of a whole window. */
  readonly paths: {
    readonly remaining: readonly string[];
    readonly reset: readonly string[];
    readonly limit: readonly string[] | undefined;
  };
  /** Headers in which each response tells the same. */
  readonly headers: { readonly remaining: string | undefined; readonly reset: string | undefined; readonly limit: string | undefined };
  /** Statuses that say that the token has no calls left. */
  readonly exhaustionStatuses: ReadonlySet<number>;
}

/** Sends the request of a page; null when the error handler says to ignore the response. */
export interface Requester {
  /** The lists of properties that each page is asked for with, one request a list. */
  readonly queryProperties?: QueryProperties | undefined;
  /** Actions that its error handler's filters name. */
  readonly actions: ReadonlySet<ResponseAction>;
  send(
    request: PageRequest,
    contributors?: readonly RequestContributor[],
    path?: string,
    options?: SendOptions,
  ): Promise<HttpResponse | null>;
}

/** How the response of a request is wanted. */
export interface SendOptions {
  /** Gives the body as it arrives; one that breaks off is asked for again, and goes on if it is the same. */
  readonly stream?: boolean;
  /** What the run's observer is told of the request. */
  readonly purpose?: Purpose | undefined;
  /** Bytes of such a body that are loaded first, and asked for again when it breaks off within them. */
  readonly beginning?: number;
  /** Says that the response is expected to hold credentials, for those who keep responses. */
  readonly obtainsCredentials?: boolean;
  /** Leaves the requester's own query out, because the path given holds all of it. */
  readonly withoutQuery?: boolean;
}

/** Decides what an outcome means; undefined leaves the decision to the next handler. */
export interface ErrorHandler {
  readonly maxRetries: number | undefined;
  /** Whether it looks into the bodies of successful responses, which then are loaded before it is asked. */
  readonly readsBody: boolean;
  /** Whether the manifest says how long to wait between attempts. */
  readonly hasBackoff: boolean;
  /** What the waits that no strategy states are multiplied by, and the longest of them. */
  readonly usualBackoff?: { readonly factor?: number | undefined; readonly longestSeconds?: number | undefined } | undefined;
  /** Actions that its filters may answer with. */
  readonly actions: ReadonlySet<ResponseAction>;
  interpret(outcome: Outcome): Resolution;
  /** Seconds to wait before the next attempt; undefined leaves it to the default. */
  backoffSeconds(outcome: Outcome, attempt: number): number | undefined;
}

/** One rule of an error handler; undefined when it does not match. */
export interface ResponseFilter {
  readonly action: ResponseAction | undefined;
  readonly readsBody: boolean;
  match(outcome: Outcome): Resolution | undefined;
}

/** How long to wait before the next attempt, in seconds; undefined when it has no answer. */
export interface BackoffStrategy {
  /** Whether it looks into the body of the response. */
  readonly readsBody?: boolean;
  seconds(outcome: Outcome, attempt: number): number | undefined;
}

/** Turns the bytes of a response into documents, in batches as they arrive. */
export interface Decoder {
  /** Whether documents are given before the whole response is there. */
  readonly streams: boolean;
  /** Whether a paginator may look into its documents. */
  readonly paginates: boolean;
  decode(response: HttpResponse): AsyncIterable<readonly Json[]>;
  /** Reads the values in the bytes of a JSON list; there when a response is one JSON document in UTF-8, so that a part of its bytes can be read alone. */
  parseList?(bytes: Uint8Array): Json[];
  /** What is wrong with a loaded body, as the end of a sentence on it; undefined when it can be read, or when it is empty. */
  refusal?(response: HttpResponse): string | undefined;
  /** The documents in bytes that another decoder unpacked; absent in decoders that cannot be nested. */
  parse?(bytes: AsyncIterable<Uint8Array>): AsyncIterable<readonly Json[]>;
}

/** Finds the records in documents that were decoded together. */
export interface Extractor {
  /** The decoder that it brings along, whatever the retriever's is. */
  readonly decoder?: Decoder;
  /** The names that lead to the list whose items it gives as they are, of a response that is an object; absent when it does anything else. */
  readonly listPath?: readonly string[] | undefined;
  /** Whether it must see all documents of a response at once, so that a decoder that streams cannot feed it. */
  readonly wholeResponse?: boolean;
  /** Whether it adds up the records of several lists, so that their count says nothing of the page's size. */
  readonly sumsLists?: boolean;
  extract(documents: readonly Json[], request: PageRequest): Extracted | Promise<Extracted>;
  /** Why it finds nothing in a document, for a warning; undefined when it looks in the right place. */
  explain?(document: Json): string | undefined;
}

/** The records that an extractor found; `count` includes empty ones that it left out. */
export interface Extracted {
  readonly records: Json[];
  readonly count: number;
}

/** Makes records of an element that holds several; nested under an extractor. */
export interface RecordExpander {
  expand(element: Json, request: PageRequest): Json[] | Promise<Json[]>;
}

/** What a filter or a transformation may know beside the record. */
export interface RecordRequest extends PageRequest {
  readonly streamName: string;
}

/** Says which records stay. */
export interface RecordFilter {
  readonly reads: Reads;
  keep(record: Row, request: PageRequest): boolean;
  /** Says it of many records together; there where asking for each of them would cost too much. */
  keepAll?(records: readonly Row[], request: PageRequest): Promise<Together<boolean>>;
}

/** What was made of records that were handed over together, in their order. */
export interface Together<T> {
  /** Those before the failure where one of them failed. */
  readonly results: readonly T[];
  readonly failure?: unknown;
}

/** Changes a record in place, or gives another one in its stead, or drops it. */
export interface Transformation {
  readonly reads: Reads;
  /** Loads what it needs; awaited before the first record. */
  ready?(): Promise<void>;
  /** Whether it changes values that came with the record, rather than adding to it or giving another one. */
  readonly changesInPlace?: boolean;
  /** Whether it may be given what is no object, such as the texts of a list, to make records of them. */
  readonly takesAnything?: boolean;
  /** The record that takes its place, undefined for itself, null for none. */
  transform(record: Row, request: PageRequest): Row | undefined | null;
  /** Gives what becomes of many records together, null for none; there where handing over each of them would cost too much. */
  transformAll?(records: readonly Row[], request: PageRequest): Promise<Together<Row | null>>;
  /** What it does to top-level fields, when that is all that it does; it looks at no more of the record than `reads` says. */
  readonly edits?: FieldEdits | undefined;
}

/** Extracts, filters, transforms and normalises the records of documents. */
export interface RecordSelector {
  /** What it looks at in the records, beyond their borders. */
  readonly reads: Reads;
  /** Whether it changes records within their document, so that whoever needs the document as it came must decode it again. */
  readonly changesDocuments: boolean;
  readonly decoder?: Decoder | undefined;
  readonly wholeResponse: boolean;
  readonly listPath: Extractor['listPath'];
  /** What it does to top-level fields, when that is all that it does to the records that stay, beside fitting them to the schema. */
  readonly edits: FieldEdits | undefined;
  /** Which records the schema leaves as they are, once it is `ready`: undefined when only looking at them tells; absent where none are fitted to it. */
  readonly schemaFit?: (() => SchemaFit | undefined) | undefined;
  /** Which records stay, told by the fields that it reads, when all do not; to be asked once for each record. */
  readonly filter?: RowFilter | undefined;
  readonly sumsLists: boolean;
  /** Why there are no records in a document, for a warning; undefined when the place is right. */
  explain?: Extractor['explain'];
  /** Gives the records of documents that were decoded together and how many there were before filtering. */
  select(documents: readonly Json[], request: PageRequest): Selected | Promise<Selected>;
  /** Does the same with records that were found already, without its extractor. */
  refine(records: readonly Json[], request: PageRequest): Refined | Promise<Refined>;
  /** Loads what `refineNow` needs. */
  ready(): Promise<void>;
  /** Does what `refine` does, at once; there is nothing in it that waits where `edits` is there. */
  refineNow(records: readonly Json[], request: PageRequest): Refined;
  /** A record as it would leave the selector if no filter refused it; undefined when it is no object. */
  unfiltered(record: Json, request: PageRequest): Row | undefined;
}

/** Which records stay, told by the fields of them that are read. */
export interface RowFilter {
  readonly keep: (record: Row, request: PageRequest) => boolean;
  /** Whether it looks at the fields that are added, too. */
  readonly seesAdded: boolean;
}

/** The records left of those given. */
export interface Refined {
  /** Those before the failure where one of them failed. */
  readonly records: Row[];
  /** What the record after them failed with; whoever takes the records throws it afterwards. */
  readonly failure?: unknown;
  /** The last record given, unfiltered, where a filter refused it. */
  readonly refusedLast?: Row | undefined;
}

/** The records left of some documents. */
export interface Selected extends Refined {
  /** How many there were before any filter, with those that the extractor left out for being empty. */
  readonly extracted: number;
  /** How many of them came to the filters. */
  readonly found: number;
}

/** Asks for page after page. */
export interface Paginator extends RequestContributor {
  /** Whether it may ask for more than one page. */
  readonly pages: boolean;
  readonly pageSize: number | undefined;
  /** What it looks at in the document of a page. */
  readonly readsDocument: Reads;
  initialToken(): Value | undefined;
  /** The token of the page after this one; undefined ends the slice. */
  nextToken(page: Page): Value | undefined;
  /** The setting that gave no token after a page; undefined where the manifest asks for the end of paging there. */
  gaveNothing?(page: Page): string | undefined;
  /** The path that the next request takes instead of the requester's own. */
  path(request: PageRequest): string | undefined;
  /** Whether that path is a URL with all of its query. */
  readonly givesWholeUrls?: boolean;
  /** Whether its pages can be made smaller while it pages, down to a size; absent when they cannot. */
  resizing?(minimum: number): Resizing;
}

/** Whether pages can be made smaller without records being lost. */
export interface Resizing {
  /** Why they cannot; undefined when they can. */
  readonly problem?: string | undefined;
  /** Why it is not certain that they can. */
  readonly doubt?: string | undefined;
  /** The page size of the manifest, when it is a plain number there. */
  readonly pageSize?: number | undefined;
}

/** Finds the next page's token. */
export interface PageStrategy {
  readonly pageSize: number | undefined;
  readonly readsDocument: Reads;
  readonly initialToken: Value | undefined;
  /** Whether its tokens are URLs with all of their query. */
  readonly givesWholeUrls?: boolean;
  nextToken(page: Page): Value | undefined;
  /** The setting that gave no token after a page; undefined where the manifest asks for the end of paging there. */
  gaveNothing?(page: Page): string | undefined;
  /** Whether its pages can be made smaller while it pages, down to a size; absent when they cannot. */
  resizing?(minimum: number): Resizing;
}

/** Where the reading of a slice begins, and who is told how far it came. */
export interface PagePosition {
  /** The token of the first page to ask for, which an earlier run left; undefined at the start of the slice. */
  readonly token: Value | undefined;
  /** Called when all records of a page were taken, with the token of the next one. */
  reached(token: Value): void;
}

/** Reads the records of one slice, batch after batch. */
export interface Retriever {
  /** Retrievers that know no pages read every slice from its start. */
  read(slice: StreamSlice, position?: PagePosition): AsyncIterable<Batch>;
  /** Replaces the slices of its stream, for retrievers that group or create them themselves. */
  slices?(of: AsyncIterable<StreamSlice>): AsyncIterable<StreamSlice>;
}

/** Records that became ready together. */
export interface Batch {
  readonly count: number;
  /**
   * The records; parsed when they are first asked for where `writeTo` is there. If one of them then fails, those before it are given, and the
   * failure is thrown when the next batch is asked for.
   */
  readonly records: Row[];
  /** So many of the first records, parsed by themselves; absent where all are parsed. */
  readonly sample?: (count: number) => Row[];
  /** Writes all of them without making values of them; there where nothing looks into them. Fails as `records` does. */
  readonly writeTo?: (target: RowTarget) => void;
  /** Makes the first record alone; throws what it fails with. Absent where `records` holds it already. */
  readonly first?: () => Row | undefined;
}

/** Where records go that are written without being parsed. */
export interface RowTarget {
  readonly lines: LineWriter;
  /** Writes a record that had to be parsed, and has it observed. */
  write(record: Json): void;
  /** Told of every record that is not parsed, with the fields that the cursor reads; absent when it reads none. */
  readonly observe: ((record: Row) => void) | undefined;
  /** Told of records whose cursor field is a number in the place of all of them, as `Cursor.observeExtremes`. */
  readonly observeExtremes?: ((greatest: Row, least: Row) => boolean) | undefined;
  /** Whether records must be observed in their order; they need not unless it is said. */
  readonly inOrder?: boolean;
}

/** Gives the slices that a stream is split into without regard to time, such as one for each parent record. */
export interface PartitionRouter extends RequestContributor {
  /** The slices. A router that `groups` puts only those together that `keep` takes; what others give, the caller looks at itself. */
  slices(keep?: (slice: StreamSlice) => boolean): AsyncIterable<StreamSlice>;
  /**
   * The states of the parents by their names, covering no parent record whose slice was not given yet; undefined when there are no parents.
   * The same object as before is given while nothing has changed.
   */
  parentState?(): JsonObject | undefined;
  /** Hands over the state that the last sync of the child left, in which the parents find theirs; called before `slices`. */
  setParentState?(childState: JsonObject): void;
  /** Builds the streams that it reads, so that what is wrong with them or with their states shows before the first request. */
  openParents?(): Promise<void>;
  /** The streams that it reads. */
  readonly parents?: readonly RouterParent[];
  /** The routers that it wraps, so that nobody needs to know which kind it is. */
  readonly inner?: readonly PartitionRouter[];
  /** The keys that its partitions may have, where the manifest tells. */
  readonly partitionFields?: readonly string[];
  /** Whether it puts values into requests. */
  readonly contributes?: boolean;
  /** Whether one of its slices stands for several partitions, which then share one state. */
  readonly groups?: boolean;
  /** Whether the first page of a slice may come with the parent's record, so that it is not asked for. */
  readonly embedsPages?: boolean;
}

/** A stream that a router reads. */
export interface RouterParent {
  readonly name: string;
  /** Its own router, as far as it is built. */
  router?(): PartitionRouter | undefined;
  /** Whether the child asks for the parent's state to be kept, so that only its new records are read. */
  readonly incremental?: boolean;
  /** Whether the parent has a cursor, whose state could be kept. */
  hasCursor?(): boolean;
}

/** A stream whose records each make a slice of another stream. */
export interface ParentStream {
  readonly stream: Stream;
  /** The field of the parent's records that makes the slices, as the manifest writes it. */
  readonly parentKey: string;
  /** The key of the slices under which the parent's value stands. */
  readonly partitionField: string;
  /** Whether the parent is read from where the last sync of the child left it. */
  readonly incremental: boolean;
  readonly requestOption: RequestOption | undefined;
  /** Whether its records hold the first page of the child. */
  readonly embedsPages?: boolean;
  /** The slice that a parent's record makes, undefined when it lacks the parent key; keeps nothing else of the record. */
  sliceOf(record: Row, parentSlice: StreamSlice): StreamSlice | undefined;
  /** The parent's part of the child's state; undefined when the parent is to be read from its start. */
  stateIn(childState: JsonObject): JsonObject | undefined;
}

/** A date of the manifest that may depend on the config and the present. */
export interface DatetimeBound {
  /** The date as of now; `format` is the one it is written in unless it states its own. Throws ConfigError for a text that does not match. */
  at(format: string): DateTime;
}

/** Splits a stream by its cursor, follows the records and keeps the state. */
export interface Cursor extends RequestContributor {
  /** Top-level name of the cursor field; undefined for a stream without one. */
  readonly field: string | undefined;
  readonly reads: Reads;
  slices(): AsyncIterable<StreamSlice>;
  /** Called for every record that is written. */
  observe(record: Row, slice: StreamSlice): void;
  /**
   * Called for the records with the greatest and the least number in its field out of several; true when nothing is left to be learnt of the others,
   * false when each of them has to be observed.
   */
  observeExtremes?(greatest: Row, least: Row, slice: StreamSlice): boolean;
  /** Whether records must be observed in their order; else the last one of a page may come first. */
  readonly needsOrder?: boolean;
  /** Called after the last record of a slice is written; true when a new state should be printed. */
  close(slice: StreamSlice): boolean;
  /** Called after the records of a page are written; true when what was read of the slice so far makes a new state, which should be printed. */
  checkpoint?(slice: StreamSlice): boolean;
  /** Called once, when no slice is left to read, failed ones included: settles what holds only then. The last state is printed after it. */
  finish?(): void;
  /** Whether the record lies within what this sync should read. */
  shouldBeSynced(record: Row, slice: StreamSlice): boolean;
  /** Told of each record that is left out because it should not be synced. */
  leaveOut?(record: Row, slice: StreamSlice): void;
  /** Whether no record after this one has to be read, where records come in order; by default when it should not be synced. */
  endsFeed?(record: Row, slice: StreamSlice): boolean;
  /** The state of the stream as the next sync needs it. */
  state(): JsonObject;
  /** Cuts a slice into smaller ones; undefined when it cannot be cut further. */
  split?(slice: StreamSlice, minimum: string | undefined): readonly StreamSlice[] | undefined;
  /** Follows the records of one slice from now on, to say what is left of it. */
  track?(): CursorTracker;
  /** The time up to which a stream with that state was read, in microseconds since 1970; undefined when the state is none of its own. */
  reachedAt?(state: JsonObject): bigint | undefined;
  /** Goes on with what an earlier run of the sync began; called before `slices`. Absent in cursors that can only begin their slices anew. */
  resume?(resumption: Resumption): void;
  /** What it knows beyond its state, for whoever goes on with the sync. */
  progress?(): CursorProgress;
  /** The greatest value of the records seen in an open slice, as states hold it. */
  latestIn?(slice: StreamSlice): Json | undefined;
  /** Whether all slices of a slice's partition are closed. */
  hasRead?(slice: StreamSlice): boolean;
  /** The state while slices are open, where it differs from the one at the end. */
  unfinished?(): JsonObject;
  /** The state of a sync that shards read, out of those of all shards; absent where one shard reads the whole stream. Throws ConfigError. */
  mergeShards?(states: readonly JsonObject[]): JsonObject;
}

/** Follows the records of a slice and cuts off what was read. */
export interface CursorTracker {
  observe(record: Row): void;
  /** The part of the slice that the records seen do not cover; the slice itself when they cover nothing. */
  reduce(slice: StreamSlice): StreamSlice;
}

/** The greatest of the cursor values given to it, as states hold them. */
export interface LatestValue {
  readonly value: Json | undefined;
  /** Takes a record's cursor value; false when it is none. */
  offer(value: Json): boolean;
  /** Takes a value out of a state. */
  offerState(value: Json): void;
}

/** The declaration of a cursor, from which one cursor a stream or a partition is made; it contributes the borders of a slice to its requests. */
export interface IncrementalSync extends RequestContributor {
  /** The cursor field as the catalog shows it. */
  readonly field: string;
  /** The cursor's value in a record, where it is not that of the top-level field. */
  readonly valueIn?: (record: Row) => Json | undefined;
  readonly allowsCatalogField: boolean;
  /** Whether each partition can have a cursor of its own. */
  readonly partitionable: boolean;
  /** Whether paging ends at the first record that the last sync already had. */
  readonly isDataFeed: boolean;
  /** Whether records that the last sync already had are dropped. */
  readonly isClientSideIncremental: boolean;
  /** Whether all partitions share one state. */
  readonly isGlobal: boolean;
  /** The cursor of a stream without partitions; throws StateError when the state is none of its own. */
  open(state: JsonObject | undefined, catalogField?: string): Cursor;
  /** The cursor of one partition, with the lookback in seconds that the global state asks for. */
  openPartition(state: JsonObject | undefined, lookbackSeconds: number, catalogField?: string): Cursor;
  /** Whether the state of one cursor has an empty value or null, which counts for none. */
  lacksValue(state: JsonObject, catalogField?: string): boolean;
  /** A value out of a state in the form that the next state gives it, undefined for an empty one; throws StateError when it is none. */
  normalise(value: Json, catalogField?: string): Json | undefined;
  /** Finds the greatest value, beginning with that of a state. */
  latest(initial: Json | undefined): LatestValue;
  /** Told of the value of a record that is none of the cursor's; warns of the first. */
  onUnreadable?(value: Json): void;
  /** What is declared of it, or of the stream around it, that does not work as it stands; told of where the stream is read for its own sake. */
  hazards?(): readonly string[];
  /** Why the window of a slice cannot be cut into smaller ones; undefined when it can, absent when it never can. */
  splitProblem?(): string | undefined;
  /** What is worth a warning, at the end, of the records that its cursors have seen. */
  remarks?(): readonly string[];
}

/** Changes an older state into the present form. */
export interface StateMigration {
  shouldMigrate(state: JsonObject): boolean;
  migrate(state: JsonObject): JsonObject;
}

/** Gives the JSON schema of a stream. */
export interface SchemaLoader {
  load(): JsonObject | Promise<JsonObject>;
  /** Completes the schema for the catalog by records of the stream; absent in loaders that need none. */
  readonly sample?: SchemaSample | undefined;
}

/** How a schema is completed by records. */
export interface SchemaSample {
  /** How many records it wants to see. */
  readonly size: number;
  complete(schema: JsonObject, records: readonly Row[]): JsonObject;
}

/** Fits the values of a record to its schema. */
export interface Normalization {
  /** Changes the record in place; false drops it. */
  transform(record: Row, schema: JsonObject): boolean | undefined;
  /** Gives what becomes of many records together, null for none; there where handing over each of them would cost too much. */
  transformAll?(records: readonly Row[], schema: JsonObject): Promise<Together<Row | null>>;
}

/** Uploads or stores the file that a record stands for, and adds the reference to it. */
export interface FileUploader {
  upload(record: Row, request: PageRequest): Promise<Row>;
}

/** The whole connector. */
export interface Source {
  /** The streams, built only as far as their names; asks the API where templates are filled from it. */
  streams(): Promise<readonly Stream[]>;
  /** The streams that are known without asking the API. */
  staticStreams(): readonly Stream[];
  /** The streams of each template, by its name. */
  dynamicStreams(): Promise<ReadonlyMap<string, readonly Stream[]>>;
  /** The declarations that the templates become when they are filled in. */
  filledTemplates(): Promise<readonly FilledTemplate[]>;
  readonly check: ConnectionCheck;
  /** Partitions that are read at a time. */
  readonly concurrency: number;
  /** The group that a stream must not be read in together with another, by stream name. */
  readonly groups: ReadonlyMap<string, string>;
}

/** A stream as it is declared, with the place in the manifest that errors name. */
export interface StreamDeclaration {
  readonly spec: JsonObject;
  readonly path: string;
  /** Whether the API gave a part of it. */
  readonly fromApi?: boolean | undefined;
  /** Where the values come from that it was filled in with. */
  readonly origin?: string | undefined;
}

/** A stream that a template was filled in to, and the template's name. */
export interface FilledTemplate extends StreamDeclaration {
  readonly template: string;
}

/** Something that stands among the streams of a manifest and gives some, such as a condition around them. */
export interface StreamSource {
  declarations(): readonly StreamDeclaration[];
}

/** A template that becomes streams when it is filled in. */
export interface StreamTemplate {
  /** Its name in checks; undefined when it has none. */
  readonly name: string | undefined;
  /** Whether what fills it in is the config, so that the user can mend what comes out. */
  readonly fromConfig: boolean;
  /** The streams; may ask the API. Throws ManifestError for one without a name. */
  fill(): Promise<readonly StreamDeclaration[]>;
}

/** A stream of the manifest. */
export interface Stream {
  readonly name: string;
  /** The fields that tell its records apart; undefined when the manifest names none. */
  readonly primaryKey: readonly string[] | undefined;
  /** The field that orders its records, the one of the catalog where it may choose; undefined for a stream without a cursor. */
  cursorField(catalogField?: string): string | undefined;
  /** What the catalog says of it. */
  describe(): Promise<StreamDescription>;
  /** Changes when its declaration or the config does; absent in streams that cannot go on within a slice. */
  fingerprint?(): string;
  /** Builds everything that reading needs, with the state of the last sync. */
  open(options: OpenOptions): Promise<OpenStream>;
}

/** With which state a stream starts, and which cursor field and which fields the user chose. */
export interface OpenOptions {
  readonly state: JsonObject | undefined;
  /** The schema of the fields that the catalog selects; undefined when the stream is not read for its own sake. */
  readonly selectedSchema?: JsonObject | undefined;
  readonly cursorField?: string | undefined;
  /** Whether all of it is read on purpose, as a stream without a state. */
  readonly readsWhole?: boolean | undefined;
  /** Whether it is read for its child's sake, slice by slice. */
  readonly isParent?: boolean | undefined;
  /** The part of its partitions that is read; all of them without it. */
  readonly shard?: Shard | undefined;
  /** What an earlier run of the same sync left to go on with. */
  readonly resumption?: Resumption | undefined;
}

/** What a catalog says of a stream. */
export interface StreamDescription {
  readonly name: string;
  readonly jsonSchema: JsonObject;
  readonly primaryKey: readonly string[] | undefined;
  readonly cursorField: string | undefined;
  /** Whether the cursor field is fixed by the source. */
  readonly sourceDefinedCursor: boolean;
  readonly isResumable: boolean;
  readonly isFileBased: boolean;
  /** How its records are best written, where the manifest says. */
  readonly destinationSyncMode?: 'append' | 'overwrite' | 'append_dedup' | undefined;
  /** What its table is best called, where the manifest says. */
  readonly destinationName?: string | undefined;
}

/** A stream that is being read. */
export interface OpenStream {
  readonly name: string;
  /** The fields that tell its records apart; undefined when the manifest names none. */
  readonly primaryKey?: readonly string[] | undefined;
  readonly cursor: Cursor;
  readonly router: PartitionRouter | undefined;
  schema(): Promise<JsonObject>;
  slices(): AsyncIterable<StreamSlice>;
  read(slice: StreamSlice, position?: PagePosition): AsyncIterable<Batch>;
  /** Mistakes in its templates, with which it cannot be read: asking for its slices throws them. */
  readonly mistakes?: readonly ManifestError[];
  /** What became of what was read. */
  readonly tally?: Tally | undefined;
  /** Whether it goes on from a state that the last sync left. */
  readonly hasState?: boolean;
  /** What is worth a warning, at the end, of the records that were read. */
  remarks?(): readonly string[];
  /** The file that belongs to a record; absent in streams without files. */
  readonly fileOf?: ((record: Row) => FileReference | undefined) | undefined;
}

/** What every child of a stream may ask of the stream it belongs to. */
export interface StreamScope {
  readonly name: string;
  readonly primaryKey: readonly (readonly string[])[];
  readonly cursor: Cursor;
  readonly incremental: IncrementalSync | undefined;
  /** Whether the last sync left a state. */
  readonly hasState: boolean;
  /** The share of the router and the cursor in each request. */
  readonly slicing: RequestContributor;
  readonly router: PartitionRouter | undefined;
  readonly transformations: readonly Transformation[];
  schema(): Promise<JsonObject>;
  /** The schema of the fields that the catalog selects; undefined without a catalog. */
  readonly selectedSchema?: JsonObject | undefined;
  readonly fileUploader: FileUploader | undefined;
  /** What its requests are for, where that is not its records. */
  readonly purpose?: Purpose | undefined;
  /** Counts what becomes of what is read. */
  readonly tally?: Tally | undefined;
  /** Variables that its slices bring into the templates of requests. */
  readonly sliceVariables?: SliceVariables | undefined;
}

/** Asks the API whether the config works. */
export interface ConnectionCheck {
  /** Values that take the place of the config's own during the check. */
  readonly overrides: JsonObject | undefined;
  /** The reason why the connection does not work, undefined when it does. */
  check(source: Source): Promise<string | undefined>;
}

/** How many partitions are read at a time. */
export interface Concurrency {
  readonly limit: number;
}

/** The connector's specification, and what it does to a config before it is used. */
export interface ConnectorSpec extends ConfigRules {
  /** What the `spec` command prints. */
  readonly message: JsonObject;
}

/** The rates that the API allows, for all requests of a run. */
export interface ApiBudget {
  readonly budget: BudgetRules;
}

/** Streams that must not be read at the same time. */
export interface StreamGroup {
  readonly streamNames: readonly string[];
}

/** Brings configs into the form that the connector works with, and refuses those that cannot work. */
export interface ConfigRules {
  /** Rewrites a config of an older form; gives the same object when nothing changes at its top level. */
  migrate(config: JsonObject): JsonObject;
  transform(config: JsonObject): JsonObject;
  /** Rejects with ConfigError. */
  validate(config: JsonObject): Promise<void>;
}

/** Changes a config in place. */
export interface ConfigTransformation {
  transform(config: JsonObject): void;
}

/** Checks a config; rejects with ConfigError. */
export interface ConfigValidator {
  validate(config: JsonObject): Promise<void>;
}

/** Checks one value; rejects with ConfigError. */
export interface ValidationStrategy {
  validate(value: Json): Promise<void>;
}

/** Fills a stream template in: one declaration of a stream for each set of values. */
export interface ComponentsResolver {
  /** Whether the values come from the config. */
  readonly fromConfig: boolean;
  /** Whether the values come from the API. */
  readonly fromApi?: boolean;
  /** The filled-in copies of a template, which itself stays as it is. */
  resolve(template: JsonObject): Promise<readonly FilledIn[]>;
}

/** A copy of a stream template with values in it. */
export interface FilledIn {
  readonly stream: JsonObject;
  /** Where the values come from, such as `reports[1] in the config`. */
  readonly origin?: string | undefined;
}

/** Which properties each request asks for. */
export interface QueryProperties {
  /** Lists of property names, one list for each request. */
  chunks(): Promise<readonly (readonly string[])[]>;
  /** The key that joins the records of several chunks; undefined when they are not joined. */
  mergeKey?(record: Row): string | undefined;
  readonly merges: boolean;
}

/** Cuts a list of properties into lists that an API accepts in one request each. */
export interface PropertyChunking {
  /** The lists, each with the properties in `always`; `selected` holds the properties that the user wants, undefined when all. */
  chunks(names: readonly string[], always: readonly string[], selected: ReadonlySet<string> | undefined): readonly (readonly string[])[];
  /** The key by which the parts of a record are joined; undefined for a record that stays by itself. */
  mergeKey(record: Row): string | undefined;
}

/** Says by which key the parts of a record belong together. */
export interface RecordMerge {
  key(record: Row): string | undefined;
}

/** Says which properties the user wants. */
export interface PropertySelector {
  /** Their names; undefined when all are wanted. */
  select(): Promise<ReadonlySet<string> | undefined>;
}

/** Asks for smaller pages where the API refuses large ones. */
export interface PageSizeReduction {
  /** Ends the build when pages asked for by these parts cannot be made smaller. */
  check(requester: Requester, paginator: Paginator): void;
  /** Begins with the configured size, for the pages of one slice. */
  begin(pageSize: number | undefined): PageSizeReducer;
}

/** The page size of one slice as the API accepts it. */
export interface PageSizeReducer {
  /** The size to ask for; undefined while the configured one holds. */
  readonly pageSize: number | undefined;
  /** Waits and makes the page smaller; throws when it cannot be made smaller, or when records of the page are already written. */
  reduce(reason: string, written: number): Promise<void>;
  /** Called for each page that the API gave. */
  onPage(): void;
}

/** Reads a slice anew, or what is left of it, when the API cannot page further. */
export interface PaginationReset {
  /** Begins with a slice. */
  begin(): PaginationTracker;
}

/** What was read of one slice, as far as a reset needs to know it. */
export interface PaginationTracker {
  observe(records: readonly Row[]): void;
  /** Counts the records of a page that was read. */
  count(size: number): void;
  reachedLimit(): boolean;
  /** The slice to read after a reset; throws SystemError when that would read the same again. */
  nextSlice(present: StreamSlice, original: StreamSlice): StreamSlice;
}

/** Reads a window that the API refuses as several smaller ones. */
export interface WindowSplitting {
  /** Ends the build when what is asked for by this requester cannot be split. */
  check(requester: Requester): void;
  /** The smaller windows; throws TransientError when there are none, or when this is one split too many. */
  split(slice: StreamSlice, depth: number, reason: string): readonly StreamSlice[];
}

/** The list of property names of an API. */
export interface PropertyList {
  names(slice?: StreamSlice): Promise<readonly string[]>;
}

/** Every kind of component and what one is at run time. */
export interface Kinds {
  source: Source;
  streamSource: StreamSource;
  streamTemplate: StreamTemplate;
  stream: Stream;
  retriever: Retriever;
  requester: Requester;
  authenticator: Authenticator;
  tokenPresenter: TokenPresenter;
  quotaStatusSource: QuotaStatusSource;
  tokenQuota: TokenQuota;
  requestOption: RequestOption;
  requestBody: RequestBody;
  errorHandler: ErrorHandler;
  responseFilter: ResponseFilter;
  backoffStrategy: BackoffStrategy;
  decoder: Decoder;
  extractor: Extractor;
  recordExpander: RecordExpander;
  recordSelector: RecordSelector;
  recordFilter: RecordFilter;
  transformation: Transformation;
  normalization: Normalization;
  paginator: Paginator;
  pageStrategy: PageStrategy;
  partitionRouter: PartitionRouter;
  parentStream: ParentStream;
  datetimeBound: DatetimeBound;
  incrementalSync: IncrementalSync;
  stateMigration: StateMigration;
  schemaLoader: SchemaLoader;
  fileUploader: FileUploader;
  check: ConnectionCheck;
  concurrency: Concurrency;
  spec: ConnectorSpec;
  configRules: ConfigRules;
  configMigration: ConfigTransformation;
  configTransformation: ConfigTransformation;
  configValidator: ConfigValidator;
  validationStrategy: ValidationStrategy;
  componentsResolver: ComponentsResolver;
  pageSizeReduction: PageSizeReduction;
  paginationReset: PaginationReset;
  windowSplitting: WindowSplitting;
  queryProperties: QueryProperties;
  propertyList: PropertyList;
  propertyChunking: PropertyChunking;
  propertySelector: PropertySelector;
  recordMerge: RecordMerge;
  apiBudget: ApiBudget;
  callRatePolicy: CallRatePolicy;
  requestMatcher: RequestMatcher;
  rate: Rate;
  streamGroup: StreamGroup;
  /** A declaration that its parent reads as data: bounds, maps, mappings, rates. */
  data: JsonObject;
}

/** The variables of a template, which every component fills for itself and changes from use to use. */
export type MutableContext = { -readonly [name in keyof Context]: Context[name] };
