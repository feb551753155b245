/** The types that components have when a manifest does not state one, by the type and field of the parent: `Parent.field`. */
export interface DefaultTypes {
  /** For components of the engine. */
  readonly types: Readonly<Record<string, string>>;
  /** For components that have a `class_name` instead of a type. */
  readonly customTypes: Readonly<Record<string, string>>;
}

/** The reference's default types, by which published manifests leave types out. */
// parity: manifest_component_transformer.py:DEFAULT_MODEL_TYPES, CUSTOM_COMPONENTS_MAPPING
export const defaultTypes: DefaultTypes = {
  types: {
    'AddFields.fields': 'AddedFieldDefinition',
    'CompositeErrorHandler.error_handlers': 'DefaultErrorHandler',
    'ConfigComponentsResolver.components_mapping': 'ComponentMappingDefinition',
    'ConfigComponentsResolver.stream_config': 'StreamConfig',
    'CursorPagination.decoder': 'JsonDecoder',
    'CustomPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
    'DatetimeBasedCursor.end_datetime': 'MinMaxDatetime',
    'DatetimeBasedCursor.end_time_option': 'RequestOption',
    'DatetimeBasedCursor.start_datetime': 'MinMaxDatetime',
    'DatetimeBasedCursor.start_time_option': 'RequestOption',
    'DeclarativeSource.check': 'CheckStream',
    'DeclarativeSource.spec': 'Spec',
    'DeclarativeSource.streams': 'DeclarativeStream',
    'DeclarativeStream.retriever': 'SimpleRetriever',
    'DeclarativeStream.schema_loader': 'JsonFileSchemaLoader',
    'DefaultErrorHandler.response_filters': 'HttpResponseFilter',
    'DefaultPaginator.decoder': 'JsonDecoder',
    'DefaultPaginator.page_size_option': 'RequestOption',
    'DpathExtractor.decoder': 'JsonDecoder',
    'DpathExtractor.record_expander': 'RecordExpander',
    // No component has this name: a resolver without a type is an error.
    'DynamicDeclarativeStream.components_resolver': 'ConfigComponentResolver',
    'DynamicDeclarativeStream.stream_template': 'DeclarativeStream',
    'DynamicSchemaLoader.retriever': 'SimpleRetriever',
    'HttpComponentsResolver.components_mapping': 'ComponentMappingDefinition',
    'HttpComponentsResolver.retriever': 'SimpleRetriever',
    'HttpRequester.error_handler': 'DefaultErrorHandler',
    'ListPartitionRouter.request_option': 'RequestOption',
    'ParentStreamConfig.request_option': 'RequestOption',
    'ParentStreamConfig.stream': 'DeclarativeStream',
    'RecordExpander.parent_fields': 'ParentFieldPath',
    'RecordSelector.extractor': 'DpathExtractor',
    'RecordSelector.record_filter': 'RecordFilter',
    'SchemaTypeIdentifier.types_map': 'TypesMap',
    'SimpleRetriever.paginator': 'NoPagination',
    'SimpleRetriever.record_selector': 'RecordSelector',
    'SimpleRetriever.requester': 'HttpRequester',
    'SubstreamPartitionRouter.parent_stream_configs': 'ParentStreamConfig',
  },
  customTypes: {
    'CompositeErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
    'DeclarativeStream.retriever': 'CustomRetriever',
    'DeclarativeStream.transformations': 'CustomTransformation',
    'DefaultErrorHandler.backoff_strategies': 'CustomBackoffStrategy',
    'DefaultPaginator.pagination_strategy': 'CustomPaginationStrategy',
    'HttpRequester.authenticator': 'CustomAuthenticator',
    'HttpRequester.error_handler': 'CustomErrorHandler',
    'RecordSelector.extractor': 'CustomRecordExtractor',
    'SimpleRetriever.partition_router': 'CustomPartitionRouter',
  },
};
