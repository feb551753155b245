import type { AnyComponent } from '../engine/component.ts';
import { ApiKeyAuthenticator } from './authenticators/api-key-authenticator.ts';
import { BasicHttpAuthenticator } from './authenticators/basic-http-authenticator.ts';
import { BearerAuthenticator } from './authenticators/bearer-authenticator.ts';
import { JwtAuthenticator } from './authenticators/jwt-authenticator.ts';
import { LegacySessionTokenAuthenticator } from './authenticators/legacy-session-token-authenticator.ts';
import { NoAuth } from './authenticators/no-auth.ts';
import { OAuthAuthenticator } from './authenticators/oauth-authenticator.ts';
import { QuotaStatusSource } from './authenticators/quota-status-source.ts';
import { RateLimitedMultipleTokenAuthenticator } from './authenticators/rate-limited-multiple-token-authenticator.ts';
import { SelectiveAuthenticator } from './authenticators/selective-authenticator.ts';
import { SessionTokenAuthenticator } from './authenticators/session-token-authenticator.ts';
import { SessionTokenRequestApiKeyAuthenticator } from './authenticators/session-token-request-api-key-authenticator.ts';
import { SessionTokenRequestBearerAuthenticator } from './authenticators/session-token-request-bearer-authenticator.ts';
import { TokenQuota } from './authenticators/token-quota.ts';
import { ConstantBackoffStrategy } from './backoff-strategies/constant-backoff-strategy.ts';
import { ExponentialBackoffStrategy } from './backoff-strategies/exponential-backoff-strategy.ts';
import { WaitTimeFromHeader } from './backoff-strategies/wait-time-from-header.ts';
import { WaitTimeFromResponse } from './backoff-strategies/wait-time-from-response.ts';
import { WaitUntilTimeFromHeader } from './backoff-strategies/wait-until-time-from-header.ts';
import { FixedWindowCallRatePolicy } from './budgets/fixed-window-call-rate-policy.ts';
import { HTTPAPIBudget } from './budgets/http-api-budget.ts';
import { HttpRequestRegexMatcher } from './budgets/http-request-regex-matcher.ts';
import { MovingWindowCallRatePolicy } from './budgets/moving-window-call-rate-policy.ts';
import { Rate } from './budgets/rate.ts';
import { UnlimitedCallRatePolicy } from './budgets/unlimited-call-rate-policy.ts';
import { CheckDynamicStream } from './checks/check-dynamic-stream.ts';
import { CheckStream } from './checks/check-stream.ts';
import { DynamicStreamCheckConfig } from './checks/dynamic-stream-check-config.ts';
import { ConcurrencyLevel } from './concurrency/concurrency-level.ts';
import { ConfigAddFields } from './config-rules/config-add-fields.ts';
import { ConfigMigration } from './config-rules/config-migration.ts';
import { ConfigNormalizationRules } from './config-rules/config-normalization-rules.ts';
import { ConfigRemapField } from './config-rules/config-remap-field.ts';
import { ConfigRemoveFields } from './config-rules/config-remove-fields.ts';
import { DatetimeBasedCursor } from './cursors/datetime-based-cursor.ts';
import { IncrementingCountCursor } from './cursors/incrementing-count-cursor.ts';
import { MinMaxDatetime } from './cursors/min-max-datetime.ts';
import { CustomAuthenticator } from './custom/custom-authenticator.ts';
import { CustomBackoffStrategy } from './custom/custom-backoff-strategy.ts';
import { CustomConfigTransformation } from './custom/custom-config-transformation.ts';
import { CustomDecoder } from './custom/custom-decoder.ts';
import { CustomErrorHandler } from './custom/custom-error-handler.ts';
import { CustomPaginationStrategy } from './custom/custom-pagination-strategy.ts';
import { CustomPartitionRouter } from './custom/custom-partition-router.ts';
import { CustomRecordExtractor } from './custom/custom-record-extractor.ts';
import { CustomRecordFilter } from './custom/custom-record-filter.ts';
import { CustomRequester } from './custom/custom-requester.ts';
import { CustomRetriever } from './custom/custom-retriever.ts';
import { CustomSchemaLoader } from './custom/custom-schema-loader.ts';
import { CustomSchemaNormalization } from './custom/custom-schema-normalization.ts';
import { CustomStateMigration } from './custom/custom-state-migration.ts';
import { CustomTransformation } from './custom/custom-transformation.ts';
import { CustomValidationStrategy } from './custom/custom-validation-strategy.ts';
import { AddedFieldDefinition } from './data/added-field-definition.ts';
import { AsyncJobStatusMap } from './data/async-job-status-map.ts';
import { ComplexFieldType } from './data/complex-field-type.ts';
import { KeyTransformation } from './data/key-transformation.ts';
import { ParentFieldPath } from './data/parent-field-path.ts';
import { SchemaTypeIdentifier } from './data/schema-type-identifier.ts';
import { TypesMap } from './data/types-map.ts';
import { CsvDecoder } from './decoders/csv-decoder.ts';
import { GzipDecoder } from './decoders/gzip-decoder.ts';
import { IterableDecoder } from './decoders/iterable-decoder.ts';
import { JsonDecoder } from './decoders/json-decoder.ts';
import { JsonItemsDecoder } from './decoders/json-items-decoder.ts';
import { JsonlDecoder } from './decoders/jsonl-decoder.ts';
import { XmlDecoder } from './decoders/xml-decoder.ts';
import { ZipfileDecoder } from './decoders/zipfile-decoder.ts';
import { CompositeErrorHandler } from './error-handlers/composite-error-handler.ts';
import { DefaultErrorHandler } from './error-handlers/default-error-handler.ts';
import { HttpResponseFilter } from './error-handlers/http-response-filter.ts';
import { CombinedExtractor } from './extractors/combined-extractor.ts';
import { DpathExtractor } from './extractors/dpath-extractor.ts';
import { RecordExpander } from './extractors/record-expander.ts';
import { ResponseToFileExtractor } from './extractors/response-to-file-extractor.ts';
import { FileUploader } from './files/file-uploader.ts';
import { RecordFilter } from './filters/record-filter.ts';
import { CursorPagination } from './paginators/cursor-pagination.ts';
import { DefaultPaginator } from './paginators/default-paginator.ts';
import { NoPagination } from './paginators/no-pagination.ts';
import { OffsetIncrement } from './paginators/offset-increment.ts';
import { PageIncrement } from './paginators/page-increment.ts';
import { GroupingPartitionRouter } from './partition-routers/grouping-partition-router.ts';
import { ListPartitionRouter } from './partition-routers/list-partition-router.ts';
import { ParentStreamConfig } from './partition-routers/parent-stream-config.ts';
import { SubstreamPartitionRouter } from './partition-routers/substream-partition-router.ts';
import { UnionPartitionRouter } from './partition-routers/union-partition-router.ts';
import { GroupByKeyMergeStrategy } from './query-properties/group-by-key-merge-strategy.ts';
import { JsonSchemaPropertySelector } from './query-properties/json-schema-property-selector.ts';
import { PropertiesFromEndpoint } from './query-properties/properties-from-endpoint.ts';
import { PropertyChunking } from './query-properties/property-chunking.ts';
import { QueryProperties } from './query-properties/query-properties.ts';
import { RequestBodyGraphQlQuery } from './request-bodies/request-body-graph-ql-query.ts';
import { RequestBodyGraphQL } from './request-bodies/request-body-graph-ql.ts';
import { RequestBodyJsonObject } from './request-bodies/request-body-json-object.ts';
import { RequestBodyPlainText } from './request-bodies/request-body-plain-text.ts';
import { RequestBodyUrlEncodedForm } from './request-bodies/request-body-url-encoded-form.ts';
import { RequestOption } from './request-options/request-option.ts';
import { RequestPath } from './request-options/request-path.ts';
import { HttpRequester } from './requesters/http-requester.ts';
import { ComponentMappingDefinition } from './resolvers/component-mapping-definition.ts';
import { ConfigComponentsResolver } from './resolvers/config-components-resolver.ts';
import { HttpComponentsResolver } from './resolvers/http-components-resolver.ts';
import { ParametrizedComponentsResolver } from './resolvers/parametrized-components-resolver.ts';
import { StreamConfig } from './resolvers/stream-config.ts';
import { StreamParametersDefinition } from './resolvers/stream-parameters-definition.ts';
import { AsyncRetriever } from './retrievers/async-retriever.ts';
import { PageSizeReduction } from './retrievers/page-size-reduction.ts';
import { PaginationResetLimits } from './retrievers/pagination-reset-limits.ts';
import { PaginationReset } from './retrievers/pagination-reset.ts';
import { RequestWindowSplitting } from './retrievers/request-window-splitting.ts';
import { SimpleRetriever } from './retrievers/simple-retriever.ts';
import { DynamicSchemaLoader } from './schema-loaders/dynamic-schema-loader.ts';
import { InlineSchemaLoader } from './schema-loaders/inline-schema-loader.ts';
import { JsonFileSchemaLoader } from './schema-loaders/json-file-schema-loader.ts';
import { RecordSelector } from './selectors/record-selector.ts';
import { DeclarativeSource } from './source/declarative-source.ts';
import { AuthFlow } from './spec/auth-flow.ts';
import { OAuthConfigSpecification } from './spec/oauth-config-specification.ts';
import { Spec } from './spec/spec.ts';
import { LegacyToPerPartitionStateMigration } from './state-migrations/legacy-to-per-partition-state-migration.ts';
import { BlockSimultaneousSyncsAction } from './streams/block-simultaneous-syncs-action.ts';
import { ConditionalStreams } from './streams/conditional-streams.ts';
import { DeclarativeStream } from './streams/declarative-stream.ts';
import { DynamicDeclarativeStream } from './streams/dynamic-declarative-stream.ts';
import { StateDelegatingStream } from './streams/state-delegating-stream.ts';
import { StreamGroup } from './streams/stream-group.ts';
import { AddFields } from './transformations/add-fields.ts';
import { DpathFlattenFields } from './transformations/dpath-flatten-fields.ts';
import { FlattenFields } from './transformations/flatten-fields.ts';
import { KeysReplace } from './transformations/keys-replace.ts';
import { KeysToLower } from './transformations/keys-to-lower.ts';
import { KeysToSnakeCase } from './transformations/keys-to-snake-case.ts';
import { RemoveFields } from './transformations/remove-fields.ts';
import { DpathValidator } from './validators/dpath-validator.ts';
import { PredicateValidator } from './validators/predicate-validator.ts';
import { ValidateAdheresToSchema } from './validators/validate-adheres-to-schema.ts';

/** Every component type that ships with the engine; a new one is a line here. */
export const components: readonly AnyComponent[] = [
  AddFields,
  AddedFieldDefinition,
  ApiKeyAuthenticator,
  AsyncJobStatusMap,
  AsyncRetriever,
  AuthFlow,
  BasicHttpAuthenticator,
  BearerAuthenticator,
  BlockSimultaneousSyncsAction,
  CheckDynamicStream,
  CheckStream,
  CombinedExtractor,
  ComplexFieldType,
  ComponentMappingDefinition,
  CompositeErrorHandler,
  ConcurrencyLevel,
  ConditionalStreams,
  ConfigAddFields,
  ConfigComponentsResolver,
  ConfigMigration,
  ConfigNormalizationRules,
  ConfigRemapField,
  ConfigRemoveFields,
  ConstantBackoffStrategy,
  CsvDecoder,
  CursorPagination,
  CustomAuthenticator,
  CustomBackoffStrategy,
  CustomConfigTransformation,
  CustomDecoder,
  CustomErrorHandler,
  CustomPaginationStrategy,
  CustomPartitionRouter,
  CustomRecordExtractor,
  CustomRecordFilter,
  CustomRequester,
  CustomRetriever,
  CustomSchemaLoader,
  CustomSchemaNormalization,
  CustomStateMigration,
  CustomTransformation,
  CustomValidationStrategy,
  DatetimeBasedCursor,
  DeclarativeSource,
  DeclarativeStream,
  DefaultErrorHandler,
  DefaultPaginator,
  DpathExtractor,
  DpathFlattenFields,
  DpathValidator,
  DynamicDeclarativeStream,
  DynamicSchemaLoader,
  DynamicStreamCheckConfig,
  ExponentialBackoffStrategy,
  FileUploader,
  FixedWindowCallRatePolicy,
  FlattenFields,
  GroupByKeyMergeStrategy,
  GroupingPartitionRouter,
  GzipDecoder,
  HTTPAPIBudget,
  HttpComponentsResolver,
  HttpRequestRegexMatcher,
  HttpRequester,
  HttpResponseFilter,
  IncrementingCountCursor,
  InlineSchemaLoader,
  IterableDecoder,
  JsonDecoder,
  JsonFileSchemaLoader,
  JsonItemsDecoder,
  JsonSchemaPropertySelector,
  JsonlDecoder,
  JwtAuthenticator,
  KeyTransformation,
  KeysReplace,
  KeysToLower,
  KeysToSnakeCase,
  LegacySessionTokenAuthenticator,
  LegacyToPerPartitionStateMigration,
  ListPartitionRouter,
  MinMaxDatetime,
  MovingWindowCallRatePolicy,
  NoAuth,
  NoPagination,
  OAuthAuthenticator,
  OAuthConfigSpecification,
  OffsetIncrement,
  PageIncrement,
  PageSizeReduction,
  PaginationReset,
  PaginationResetLimits,
  ParametrizedComponentsResolver,
  ParentFieldPath,
  ParentStreamConfig,
  PredicateValidator,
  PropertiesFromEndpoint,
  PropertyChunking,
  QueryProperties,
  QuotaStatusSource,
  Rate,
  RateLimitedMultipleTokenAuthenticator,
  RecordExpander,
  RecordFilter,
  RecordSelector,
  RemoveFields,
  RequestBodyGraphQL,
  RequestBodyGraphQlQuery,
  RequestBodyJsonObject,
  RequestBodyPlainText,
  RequestBodyUrlEncodedForm,
  RequestOption,
  RequestPath,
  RequestWindowSplitting,
  ResponseToFileExtractor,
  SchemaTypeIdentifier,
  SelectiveAuthenticator,
  SessionTokenAuthenticator,
  SessionTokenRequestApiKeyAuthenticator,
  SessionTokenRequestBearerAuthenticator,
  SimpleRetriever,
  Spec,
  StateDelegatingStream,
  StreamConfig,
  StreamGroup,
  StreamParametersDefinition,
  SubstreamPartitionRouter,
  TokenQuota,
  TypesMap,
  UnionPartitionRouter,
  UnlimitedCallRatePolicy,
  ValidateAdheresToSchema,
  WaitTimeFromHeader,
  WaitTimeFromResponse,
  WaitUntilTimeFromHeader,
  XmlDecoder,
  ZipfileDecoder,
];
