import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import { asksGraphQl } from '../graph-ql.ts';
import { exportAuth } from './auth.ts';
import { type ExportedIncremental, exportCursor } from './cursors.ts';
import { exportPaginator } from './paginators.ts';
import type { Part, PartReader } from './parts.ts';
import { exportHints, exportSelector, exportSteps } from './records.ts';
import { type ExportedRequest, exportRequest } from './requests.ts';
import { type ExportedPatience, exportPatience } from './retries.ts';
import { createExportScope, type ExportedParent, exportParent, type StreamScope } from './scopes.ts';
import type { TextExport } from './texts.ts';

/** A stream as a resource, and apart from it what resources may have in common. */
export interface ExportedStream {
  readonly name: string;
  /** The keys of the resource beside its name and its endpoint. */
  readonly hints: JsonObject;
  /** The endpoint without its path, its headers and its auth. */
  readonly endpoint: JsonObject;
  readonly base: string | undefined;
  readonly path: string;
  readonly headers: JsonObject;
  readonly auth: JsonObject | undefined;
  readonly patience: ExportedPatience;
  readonly parent: ExportedParent | undefined;
}

/** A stream as a resource; undefined, and told as lost, for one that dlt has nothing for. */
export function exportStream(reader: PartReader, texts: TextExport, stream: Part): ExportedStream | undefined {
  const name = stream.take('name');
  const retriever = stream.type === 'DeclarativeStream' ? stream.part('retriever') : undefined;
  const requester = retriever?.type === 'SimpleRetriever' ? retriever.part('requester') : undefined;
  if (retriever === undefined || requester?.type !== 'HttpRequester') {
    const what = requester?.type ?? retriever?.type ?? stream.type;
    stream.lose(`dlt has nothing like ${what}, so "${String(name)}" is left out.`);
    return undefined;
  }
  const parent = exportParent(reader, texts, retriever);
  const incremental = exportCursor(reader, texts, stream.part('incremental_sync'));
  const scope = createExportScope(parent, incremental);
  const request = withOptions(exportRequest(texts, requester, scope), parent, incremental, scope);
  const paging = exportPaginator(reader, retriever.part('paginator'), request.tokenParam);
  const selector = retriever.part('record_selector');
  const patience = exportPatience(reader, requester, asksGraphQl(request.json));
  const steps = exportSteps(reader, texts, stream, selector, scope, parent?.name);
  requester.take('use_cache');
  exportDecoder(retriever);
  return {
    name: String(name),
    hints: { ...exportHints(stream, selector), ...steps },
    endpoint: {
      ...(request.method === 'GET' ? {} : { method: request.method }),
      ...given('params', { ...request.params, ...paging.params }),
      ...(request.json === undefined ? {} : { json: request.json }),
      ...(request.data === undefined ? {} : { data: request.data }),
      ...exportSelector(reader, selector),
      paginator: paging.paginator,
      ...(patience.actions.length === 0 ? {} : { response_actions: patience.actions }),
      ...(incremental === undefined ? {} : { incremental: { ...incremental.incremental, ...scope.conversions() } }),
    },
    base: request.base,
    path: request.path,
    headers: request.headers,
    auth: exportAuth(reader, texts, requester.part('authenticator')),
    patience,
    parent,
  };
}

function exportDecoder(retriever: Part): void {
  const decoder = retriever.part('decoder');
  if (decoder !== undefined && decoder.type !== 'JsonDecoder') decoder.lose('dlt reads responses as JSON.');
}

/** The request with what options of the router and of the cursor add to it. */
function withOptions(
  request: ExportedRequest,
  parent: ExportedParent | undefined,
  incremental: ExportedIncremental | undefined,
  scope: StreamScope,
): ExportedRequest {
  const borders = (incremental?.options ?? []).filter(({ attribute }) => scope.convert('value', attribute));
  const added = [
    ...(parent?.options ?? []).map(({ into, name, placeholder }) => ({ into, name, text: `{${placeholder}}` })),
    ...borders.map(({ into, name, attribute }) => ({ into, name, text: `{incremental.${attribute}}` })),
  ];
  const at = (place: string): JsonObject =>
    Object.fromEntries(added.filter(({ into }) => into === place).map(({ name, text }) => [name, text]));
  const inBody = at('body_json');
  return {
    ...request,
    params: { ...request.params, ...at('request_parameter') },
    headers: { ...request.headers, ...at('header') },
    json: Object.keys(inBody).length === 0 ? request.json : { ...objectOr(request.json), ...inBody },
  };
}

function objectOr(value: Json | undefined): JsonObject {
  return isPlainObject(value) ? (value as JsonObject) : {};
}

function given(key: string, object: JsonObject): JsonObject {
  return Object.keys(object).length === 0 ? {} : { [key]: object };
}
