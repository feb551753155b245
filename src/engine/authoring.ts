/** The types that custom components are written against; the values that they need come as the third parameter, `tools`. */

export type { Value } from '../lang/values.ts';
export type { Json, JsonObject } from '../lib/json.ts';
export type { AuthoringTools } from './authoring-tools.ts';
export type { Builder, Expression } from './builder.ts';
export type { CustomExport } from './custom-code.ts';
export type { HttpRequest, HttpResponse, Outcome, Resolution } from './http.ts';
export type {
  Authenticator,
  BackoffStrategy,
  Batch,
  ConfigTransformation,
  Decoder,
  ErrorHandler,
  Extracted,
  Extractor,
  Kinds,
  Normalization,
  PageRequest,
  PageStrategy,
  Paginator,
  PartitionRouter,
  Reads,
  RecordFilter,
  RequestContributor,
  Requester,
  Retriever,
  Row,
  SchemaLoader,
  StateMigration,
  Transformation,
  ValidationStrategy,
} from './kinds.ts';
export type { Page } from './page.ts';
export type { RequestOptions } from './request-options.ts';
export type { StreamSlice } from './stream-slice.ts';
