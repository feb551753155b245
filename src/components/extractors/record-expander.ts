import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { boolean, list, oneOf, optional, type Slot, slot, slots, template, withDefault } from '../../engine/fields.ts';
import type { RecordExpander as Expander, Retriever } from '../../engine/kinds.ts';
import { sidePurpose } from '../../engine/observer.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { truth } from '../../lang/index.ts';
import { compileDpath, compileSetter, type Dpath, DpathError } from '../../lib/dpath.ts';
import { isGlob } from '../../lib/glob.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { copyJson } from '../../lib/json-copy.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** Gives an item the context of the record that it comes from. */
type AddContext = (parent: JsonObject, item: JsonObject, mergeBase: JsonObject | undefined) => JsonObject;

/** parity: expanders/record_expander.py:RecordExpander */
export const RecordExpander = component({
  type: 'RecordExpander',
  kind: 'recordExpander',
  summary: 'Makes a record of each item of a list within a record, with as much of the record itself as is wanted.',
  example: `
    type: RecordExpander
    expand_records_from_field: [lines, data]
    parent_fields:
      - type: ParentFieldPath
        parent_path: [id]
        record_path: [invoice_id]`,
  fields: () => ({
    expand_records_from_field: list(template('config')),
    remain_original_record: withDefault(boolean(), false),
    parent_fields: optional(slots('data', { types: ['ParentFieldPath'], defaultType: 'ParentFieldPath' })),
    merge_parent: withDefault(boolean(), false),
    on_no_records: withDefault(oneOf('skip', 'emit_parent'), 'skip'),
    truncation_indicator_path: optional(list(template('config'))),
    truncated_list_retriever: optional(slot('retriever', { types: ['SimpleRetriever', 'CustomRetriever'] })),
  }),
  build(spec, b): Expander {
    const context = b.context();
    const evaluate = (path: readonly string[]): unknown[] => path.map((segment) => b.string(segment).evaluate(context));
    const segments = evaluate(spec.expand_records_from_field);
    const path = compileDpath(segments);
    const truncation = compileTruncation(b, evaluate(spec.truncation_indicator_path ?? []), segments, spec.truncated_list_retriever);
    const addContext = compileContext(b, spec.remain_original_record, spec.merge_parent, spec.parent_fields);

    function contextualise(parent: JsonObject, item: Json, mergeBase: JsonObject | undefined): Json {
      if (addContext === undefined) return item;
      return addContext(parent, isPlainObject(item) ? { ...(item as JsonObject) } : { value: item }, mergeBase);
    }

    function expandEmbedded(parent: JsonObject, mergeBase: JsonObject | undefined, isTruncated: boolean): Json[] {
      const items = path.values(parent).flatMap((list) => (Array.isArray(list) ? list : []));
      if (isTruncated) truncation?.warnOfLoss(parent, items.length);
      if (items.length === 0) return spec.on_no_records === 'emit_parent' ? [parent] : [];
      return items.map((item) => contextualise(parent, item, mergeBase));
    }

    return {
      expand(element) {
        if (!isPlainObject(element) || segments.length === 0) return [element];
        const parent = element as JsonObject;
        const mergeBase = spec.merge_parent ? (path.withoutLists(parent) as JsonObject) : undefined;
        const isTruncated = truncation?.holds(parent) === true;
        const fetching = isTruncated ? truncation?.fetch?.(parent) : undefined;
        if (fetching === undefined) return expandEmbedded(parent, mergeBase, isTruncated);
        return fetching.then((fetched) =>
          fetched.length > 0 ? fetched.map((item) => contextualise(parent, item, mergeBase)) : expandEmbedded(parent, mergeBase, false),
        );
      },
    };
  },
});

/** Merges the parent under an item first, then copies named values, then embeds the parent; undefined when nothing is wanted of it. */
function compileContext(b: Builder, embed: boolean, merge: boolean, fields: readonly Slot<'data'>[] | undefined): AddContext | undefined {
  const copies = b.buildAll('data', fields).map((field) => compileCopy(field['parent_path'] as string[], field['record_path'] as string[]));
  if (!embed && !merge && copies.length === 0) return undefined;
  return (parent, item, mergeBase) => {
    const child = mergeBase === undefined ? item : { ...copyJson(mergeBase), ...item };
    for (const copy of copies) copy(parent, child);
    if (embed) child['original_record'] = copyJson(parent);
    return child;
  };
}

function compileCopy(parentPath: readonly string[], recordPath: readonly string[]): (parent: JsonObject, child: JsonObject) => void {
  const source = compileDpath(parentPath);
  const set = compileSetter(recordPath);
  return (parent, child) => {
    try {
      set(child, copyJson(source.get(parent) ?? null));
    } catch (error) {
      if (!(error instanceof DpathError)) throw error;
      throw new ConfigError(`RecordExpander cannot write to ${recordPath.join('.')}: the item holds a value there that is no object.`, {
        cause: error,
      });
    }
  };
}

/** What happens to records whose list the API has cut short. */
interface Truncation {
  holds(parent: JsonObject): boolean;
  warnOfLoss(parent: JsonObject, embedded: number): void;
  /** Asks for the whole list. */
  readonly fetch: ((parent: JsonObject) => Promise<Json[]>) | undefined;
}

function compileTruncation(
  b: Builder,
  indicator: readonly unknown[],
  list: readonly unknown[],
  spec: Slot<'retriever'> | undefined,
): Truncation | undefined {
  if (indicator.length === 0) {
    if (spec !== undefined) b.fail('A truncated_list_retriever needs a truncation_indicator_path.', 'truncation_indicator_path');
    return undefined;
  }
  rejectPatterns(b, indicator, 'truncation_indicator_path');
  if (spec !== undefined) rejectPatterns(b, list, 'expand_records_from_field');
  const path = compileDpath(indicator);
  const total = compileDpath([...indicator.slice(0, -1), 'total_count']);
  const warnOnce = createWarnOnce(b);
  const retriever = spec && buildRetriever(b, spec);
  return {
    holds: (parent) => truth(path.get(parent) ?? null),
    warnOfLoss(parent, embedded) {
      const all = totalOf(total, parent);
      warnOnce(
        'loss',
        `The list at ${list.join('.')} is cut short (${indicator.join('.')} says so): only ${embedded} items${all === undefined ? '' : ` of ${all}`} are read. A truncated_list_retriever can ask for the others. Other records may be concerned as well.`,
      );
    },
    fetch:
      retriever &&
      (async (parent) => {
        const fetched: Json[] = [];
        for await (const { records } of retriever.read(new StreamSlice({ parent_record: parent })))
          for (const record of records) fetched.push(record);
        const all = totalOf(total, parent);
        if (all !== undefined && fetched.length < all && b.run.limits.pagesPerSlice === undefined) {
          warnOnce(
            'incomplete',
            `The truncated_list_retriever found ${fetched.length} items of ${all} that total_count promises: does it have a paginator? Other records may be concerned as well.`,
          );
        }
        return fetched;
      }),
  };
}

function buildRetriever(b: Builder, spec: Slot<'retriever'>): Retriever {
  for (const field of ['partition_router', 'pagination_reset']) {
    if (spec[field] !== undefined && spec[field] !== null)
      b.fail(`A truncated_list_retriever cannot have a ${field}.`, 'truncated_list_retriever');
  }
  return b.build('retriever', spec, { stream: auxiliaryScope(b.run, REST_NAME, REST) });
}

const REST_NAME = 'record_expander_truncated_list';

/** What a test read shows of the requests for the rest of a list. */
const REST = sidePurpose(
  REST_NAME,
  `Record expander '${REST_NAME}' request`,
  'Request performed in order to fetch the complete nested list of a truncated record.',
);

function rejectPatterns(b: Builder, path: readonly unknown[], field: string): void {
  if (path.some((segment) => typeof segment === 'string' && isGlob(segment)))
    b.fail(`The ${field} must name one field: patterns with *, ? or [ are not possible here.`, field);
}

function totalOf(path: Dpath, parent: JsonObject): number | undefined {
  const total = path.get(parent);
  return typeof total === 'number' && Number.isInteger(total) ? total : undefined;
}

function createWarnOnce(b: Builder): (topic: string, message: string) => void {
  const warned = new Set<string>();
  return (topic, message) => {
    if (!warned.has(topic)) b.run.log.warn(`${b.path}: ${message}`);
    warned.add(topic);
  };
}
