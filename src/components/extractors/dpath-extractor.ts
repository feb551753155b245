import { component } from '../../engine/component.ts';
import { list, optional, slot, template } from '../../engine/fields.ts';
import type { Extractor, PageRequest, RecordExpander } from '../../engine/kinds.ts';
import { truth } from '../../lang/index.ts';
import { compileDpath } from '../../lib/dpath.ts';
import { isGlob } from '../../lib/glob.ts';
import type { Json } from '../../lib/json.ts';
import { explainMissing } from '../../lib/missing-path.ts';

/** parity: extractors/dpath_extractor.py:DpathExtractor */
export const DpathExtractor = component({
  type: 'DpathExtractor',
  kind: 'extractor',
  summary: 'Finds the records at a path in the response: the items of a list, or an object that is the only record.',
  example: `
    type: DpathExtractor
    field_path: [data, "*", item]`,
  fields: () => ({
    field_path: list(template('config')),
    record_expander: optional(slot('recordExpander', { defaultType: 'RecordExpander' })),
  }),
  build(spec, b): Extractor {
    const context = b.context();
    const steps = spec.field_path.map((segment) => b.string(segment).evaluate(context));
    const path = compileDpath(steps);
    const expander = spec.record_expander && b.build('recordExpander', spec.record_expander);
    const find = spec.field_path.length === 0 ? (document: Json) => document : path.hasStar ? path.values : path.get;

    function elements(documents: readonly Json[]): Json[] {
      const found = documents.map((document) => elementsOf(find(document)));
      return found.length === 1 ? (found[0] as Json[]) : found.flat();
    }

    const isList = expander === undefined && steps.length > 0 && steps.every((step) => typeof step === 'string' && !isGlob(step));
    return {
      ...(isList ? { listPath: steps as string[] } : {}),
      explain(document) {
        const reason = explainMissing(document, steps as (string | number)[], b.run.secrets.redact);
        return reason && `There is nothing at field_path ${steps.join('.')}: ${reason}.`;
      },
      extract(documents, request) {
        const found = spec.field_path.length === 0 && documents.every(isRecord) ? (documents as Json[]) : elements(documents);
        if (expander === undefined) return { records: found, count: found.length };
        const expanded = expandAll(found, expander, request);
        return expanded instanceof Promise ? expanded.then(counted) : counted(expanded);
      },
    };
  },
});

/** A list stands for its items, anything else for itself, and what is empty for nothing. */
function elementsOf(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value;
  return value !== undefined && truth(value) ? [value] : [];
}

function isRecord(document: Json): boolean {
  return !Array.isArray(document) && truth(document);
}

function counted(records: Json[]): { records: Json[]; count: number } {
  return { records, count: records.length };
}

function expandAll(elements: readonly Json[], expander: RecordExpander, request: PageRequest): Json[] | Promise<Json[]> {
  const expanded = elements.map((element) => expander.expand(element, request));
  if (expanded.some((part) => part instanceof Promise)) return Promise.all(expanded).then((parts) => parts.flat());
  return (expanded as Json[][]).flat();
}
