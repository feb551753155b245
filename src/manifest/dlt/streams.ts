import type { JsonObject } from '../../lib/json.ts';
import { compileAuth } from './auth.ts';
import { asksGraphQl } from './graph-ql.ts';
import { compileHints } from './hints.ts';
import { compileIncremental, type Incremental } from './incremental.ts';
import { settlePaging } from './page-values.ts';
import { compilePaginator, isAutomatic, jsonPathAt, type Paging, singlePage } from './paginators.ts';
import { booleanAt, isGiven, type Members, member, type Place, textAt } from './places.ts';
import { compileProcessing } from './processing.ts';
import { compileRequest, incrementalParams, needsVerbatim, type Request } from './request.ts';
import type { Resource } from './resources.ts';
import { compileActions, type Patience } from './retries.ts';
import { createScope } from './scope.ts';
import type { Compilation } from './texts.ts';

/** What the streams of a config have in common. */
export interface Common {
  readonly compilation: Compilation;
  readonly client: Members;
  /** The headers that all requests have. */
  readonly headers: JsonObject;
  readonly patience: Patience;
  /** The schema contract of resources that have none of their own. */
  readonly contract: Place | undefined;
  readonly resources: readonly Resource[];
  /** What a stream is referred to by. */
  readonly reference: (name: string) => string;
}

/** The stream of a resource, and whether it is read for its own sake. */
export interface CompiledStream {
  readonly name: string;
  readonly stream: JsonObject;
  readonly isSelected: boolean;
  /** The resource that it depends on. */
  readonly parent: string | undefined;
}

/** Compiles one resource. */
export function compileStream(common: Common, resource: Resource): CompiledStream {
  const { compilation, client } = common;
  const { name, endpoint, hints } = resource;
  const incremental = compileIncremental(compilation, endpoint, incrementalParams(endpoint));
  const scope = createScope(resource, common.resources, common.reference, incremental);
  const declared = withBorders(compileRequest(compilation, resource, scope), incremental);
  const records = recordsPath(client, endpoint, declared);
  const { request, paginator } = settlePaging(declared, pagingOf(client, endpoint, declared, records));
  const transformations = compileProcessing(hints, scope);
  const router = scope.router();
  const encoding = member(endpoint, 'encoding');
  const { stream: hinted, normalization } = compileHints(compilation, hints, common.contract);
  const { schema_loader: schemaLoader, ...declaredHints } = hinted;
  const stream: JsonObject = {
    type: 'DeclarativeStream',
    name,
    ...declaredHints,
    retriever: {
      type: 'SimpleRetriever',
      requester: requester(common, endpoint, request),
      record_selector: {
        type: 'RecordSelector',
        extractor: {
          type: 'JsonPathExtractor',
          ...(records === undefined ? {} : { path: records }),
          ...(encoding === undefined ? {} : { encoding: textAt(encoding, '"encoding"') }),
        },
        ...(transformations.length === 0 ? {} : { transform_before_filtering: true }),
        ...(normalization === undefined ? {} : { schema_normalization: normalization }),
      },
      ...(paginator === undefined ? {} : { paginator }),
      ...(router === undefined ? {} : { partition_router: router }),
    },
    ...(incremental === undefined ? {} : { incremental_sync: incremental.cursor }),
    ...(transformations.length === 0 ? {} : { transformations }),
    schema_loader: schemaLoader as JsonObject,
  };
  const selected = member(hints, 'selected');
  return { name, stream, isSelected: selected === undefined || booleanAt(selected, '"selected"'), parent: scope.parent };
}

/** The stream with its responses kept for all that depend on it, which dlt asks for once. */
export function keepResponses(stream: JsonObject): JsonObject {
  const retriever = stream['retriever'] as JsonObject;
  return { ...stream, retriever: { ...retriever, requester: { ...(retriever['requester'] as JsonObject), use_cache: true } } };
}

/** The request with the parameters that carry the borders of an incremental. */
// parity: dlt/sources/rest_api/config_setup.py:_set_incremental_params
function withBorders(request: Request, incremental: Incremental | undefined): Request {
  const params = { ...request.params };
  const { startParam, endParam, values } = incremental ?? {};
  if (startParam !== undefined) params[startParam] = `{{ ${values?.['start_value']} }}`;
  if (endParam !== undefined) params[endParam] = `{{ ${values?.['end_value']} }}`;
  return { ...request, params };
}

/** The JSONPath of the records; undefined where it is to be found out. */
function recordsPath(client: Members, endpoint: Members, { isSingle }: Request): string | undefined {
  const own = member(endpoint, 'data_selector');
  if (own !== undefined) return jsonPathAt(own, '"data_selector"');
  if (isSingle) return '$';
  const common = member(client, 'data_selector');
  return common === undefined ? undefined : jsonPathAt(common, '"data_selector"');
}

/** parity: dlt/sources/rest_api/config_setup.py:_setup_single_entity_endpoint, dlt/sources/helpers/rest_client/client.py:RESTClient.paginate */
function pagingOf(client: Members, endpoint: Members, { isSingle }: Request, records: string | undefined): Paging {
  const own = endpoint.get('paginator');
  if (isSingle && !isGiven(own)) return singlePage();
  return compilePaginator(isAutomatic(own) ? client.get('paginator') : own, records);
}

function requester({ compilation, headers: common, patience }: Common, endpoint: Members, request: Request): JsonObject {
  const { path, method, params, headers, json, data } = request;
  const auth = endpoint.has('auth') ? compileAuth(compilation, endpoint.get('auth')) : undefined;
  const actions = [...compileActions(endpoint.get('response_actions')), ...(asksGraphQl(json) ? [{ type: 'GraphQLErrorFilter' }] : [])];
  return {
    $ref: '#/definitions/requester',
    ...(/^https?:\/\//i.test(path) ? { url_base: path } : { path }),
    http_method: method,
    ...(auth === undefined ? {} : { authenticator: auth }),
    ...(Object.keys(params).length === 0 ? {} : { request_parameters: params }),
    ...(Object.keys(headers).length === 0 ? {} : { request_headers: { ...common, ...headers } }),
    ...(json === undefined ? {} : { request_body_json: json }),
    ...(data === undefined ? {} : { request_body_data: data }),
    ...(actions.length === 0 ? {} : { error_handler: patience.errorHandler(actions) }),
    ...(needsVerbatim(request) ? { verbatim: true } : {}),
  };
}
