import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { joinEdits, type SchemaFit } from '../../engine/field-edits.ts';
import { boolean, either, oneOf, optional, slot } from '../../engine/fields.ts';
import type {
  Extracted,
  PageRequest,
  RecordFilter,
  Refined,
  Row,
  Selected,
  RecordSelector as Selector,
  StreamScope,
  Together,
  Transformation,
} from '../../engine/kinds.ts';
import { joinReads } from '../../engine/reads.ts';
import { isRow, requireRow } from '../../engine/require-row.ts';
import { createTally, type Tally } from '../../engine/tally.ts';
import type { Json } from '../../lib/json.ts';
import { compileNormalization } from './schema-normalization.ts';
import { type Step, takeSteps } from './steps.ts';

type Keep = (record: Row, request: PageRequest) => boolean;

/** Fits records to the schema in place, where false drops one. */
interface Normalization {
  readonly normalize: (record: Row) => boolean | undefined;
  /** Does it to many records together; null drops one. */
  readonly normalizeAll?: ((records: readonly Row[]) => Promise<Together<Row | null>>) | undefined;
  /** Which records need not be; undefined where only `normalize` knows. */
  readonly fit: SchemaFit | undefined;
}

/** parity: extractors/record_selector.py:RecordSelector */
export const RecordSelector = component({
  type: 'RecordSelector',
  kind: 'recordSelector',
  summary: 'Finds the records in a response, drops those that a filter refuses, transforms the others and fits them to the schema.',
  example: `
    type: RecordSelector
    extractor:
      type: DpathExtractor
      field_path: [data, items]
    record_filter:
      type: RecordFilter
      condition: "{{ record.id > 0 }}"
    schema_normalization: Default`,
  fields: () => ({
    extractor: slot('extractor', {
      types: ['DpathExtractor', 'CombinedExtractor', 'CustomRecordExtractor', 'JsonPathExtractor'],
      defaultType: 'DpathExtractor',
    }),
    record_filter: optional(slot('recordFilter', { defaultType: 'RecordFilter' })),
    schema_normalization: optional(either(oneOf('Default', 'None'), slot('normalization'))),
    transform_before_filtering: optional(boolean()),
  }),
  build(spec, b): Selector {
    const extractor = b.build('extractor', spec.extractor);
    const filter = spec.record_filter && b.build('recordFilter', spec.record_filter);
    const transformations = b.stream?.transformations ?? [];
    const isKnown = knownBefore(b.stream);
    const tally = b.stream?.tally ?? createTally();
    const keepKnown = isKnown && ((record: Row, request: PageRequest) => isKnown(requireRow(record), request) || dropped(tally, 'outside'));
    const keep = joinFilters(keepKnown, filter && ((record, request) => filter.keep(record, request) || dropped(tally, 'filtered')));
    const transformsFirst = spec.transform_before_filtering ?? b.stream?.incremental?.isClientSideIncremental ?? false;
    const normalization = compileStep(b, spec.schema_normalization);
    const uploader = b.stream?.fileUploader;

    let normalized: Normalization | undefined;
    let preparing: Promise<void> | undefined;
    let isReady = normalization === undefined && transformations.every(({ ready }) => ready === undefined);
    const prepare = async (): Promise<void> => {
      await Promise.all(transformations.map((transformation) => transformation.ready?.()));
      normalized = await normalization?.load();
      isReady = true;
    };

    function prepareOnce(): Promise<void> {
      preparing ??= prepare();
      return preparing;
    }

    /** The record as the transformations leave it; undefined when one of them drops it. Throws SystemError for what is no object. */
    function transform(record: Row, request: PageRequest): Row | undefined {
      let transformed = record;
      for (let i = 0; i < transformations.length; i += 1) {
        const transformation = transformations[i] as Transformation;
        if (transformation.takesAnything !== true) requireRow(transformed);
        const next = transformation.transform(transformed, request);
        if (next === null) return undefined;
        transformed = next ?? transformed;
      }
      return transformed;
    }

    /** The record fitted to the schema; undefined when that drops it. */
    function fitted(record: Row): Row | undefined {
      const normalize = normalized?.normalize;
      return normalize === undefined || normalize(requireRow(record)) !== false ? record : undefined;
    }

    /** What would become of a record that a filter refused: it may be one that the transformations cannot take, and then stays as it is. */
    function finishRefused(record: Json, request: PageRequest, isTransformed: boolean): Row | undefined {
      if (!isRow(record)) return undefined;
      try {
        const transformed = isTransformed ? record : transform(record, request);
        return (transformed && fitted(transformed)) ?? record;
      } catch {
        return record;
      }
    }

    function refine(records: readonly Json[], request: PageRequest): Refined {
      if (keep === undefined && transformations.length === 0 && normalized === undefined) return { records: records as Row[] };
      const refined: Row[] = [];
      for (let i = 0; i < records.length; i += 1) {
        try {
          let record: Row | undefined = records[i] as Row;
          if (transformsFirst) record = transform(record, request);
          if (record !== undefined && keep !== undefined && !keep(record, request)) {
            if (i < records.length - 1) continue;
            return { records: refined, refusedLast: finishRefused(record, request, transformsFirst) };
          }
          if (record !== undefined && !transformsFirst) record = transform(record, request);
          if (record !== undefined) record = fitted(record);
          if (record !== undefined) refined.push(record);
          else if (i === records.length - 1) return { records: refined, refusedLast: finishRefused(records[i] as Json, request, true) };
        } catch (failure) {
          return { records: refined, failure };
        }
      }
      return { records: refined };
    }

    /** What is done to each record, in order. */
    function steps(): readonly Step[] {
      const filters: Step[] = [keepKnown && keepStep(keepKnown), filter && filterStep(filter, tally)].filter((step) => step !== undefined);
      const changes = transformations.map(transformationStep);
      const last = normalized === undefined ? [] : [normalizationStep(normalized)];
      return transformsFirst ? [...changes, ...filters, ...last] : [...filters, ...changes, ...last];
    }

    /** Does what `refine` does, step by step for all records, so that each step can take them together. */
    async function refineTogether(records: readonly Json[], request: PageRequest): Promise<Refined> {
      const { rows, failure, dropper } = await takeSteps(steps(), records as readonly Row[], request);
      const last = records.at(-1);
      if (failure !== undefined || dropper === undefined || last === undefined) return { records: rows, failure };
      const { step, row } = dropper;
      return {
        records: rows,
        refusedLast: step.filters ? finishRefused(row, request, transformsFirst) : finishRefused(last, request, true),
      };
    }

    async function finishTogether(records: readonly Json[], request: PageRequest): Promise<Refined> {
      const refined = await refineTogether(records, request);
      return uploader === undefined ? refined : uploadAll(refined, (record) => uploader.upload(record, request));
    }

    const goesTogether =
      filter?.keepAll !== undefined ||
      normalization?.goesTogether === true ||
      transformations.some(({ transformAll }) => transformAll !== undefined);

    function finish({ records, count }: Extracted, request: PageRequest): Selected | Promise<Selected> {
      const numbers = { extracted: count, found: records.length };
      if (goesTogether) return finishTogether(records, request).then((refined) => ({ ...refined, ...numbers }));
      const refined = refine(records, request);
      if (uploader === undefined) return { ...refined, ...numbers };
      return uploadAll(refined, (record) => uploader.upload(record, request)).then((uploaded) => ({ ...uploaded, ...numbers }));
    }

    function select(documents: readonly Json[], request: PageRequest): Selected | Promise<Selected> {
      const extracted = extractor.extract(documents, request);
      return extracted instanceof Promise ? extracted.then((found) => finish(found, request)) : finish(extracted, request);
    }

    return {
      reads: joinReads([
        filter?.reads,
        isKnown && b.stream?.cursor.reads,
        normalization?.isCustom === true ? 'all' : undefined,
        uploader && 'all',
        ...transformations.map(({ reads }) => reads),
      ]),
      changesDocuments: normalization !== undefined || transformations.some(({ changesInPlace }) => changesInPlace === true),
      decoder: extractor.decoder,
      listPath: extractor.listPath,
      edits: uploader === undefined && !goesTogether ? joinEdits(transformations) : undefined,
      schemaFit: normalization && (() => (normalized === undefined ? UNCHANGED : normalized.fit)),
      filter: keep && { keep, seesAdded: transformsFirst },
      wholeResponse: extractor.wholeResponse ?? false,
      sumsLists: extractor.sumsLists ?? false,
      ...(extractor.explain === undefined ? {} : { explain: extractor.explain }),
      select(documents, request) {
        if (isReady) return select(documents, request);
        return prepareOnce().then(() => select(documents, request));
      },
      async ready() {
        if (!isReady) await prepareOnce();
      },
      refineNow: refine,
      refine(records, request) {
        const finishAll = (): Selected | Promise<Selected> => finish({ records: records as Json[], count: records.length }, request);
        return isReady ? finishAll() : prepareOnce().then(finishAll);
      },
      unfiltered: (record, request) => finishRefused(record, request, false),
    };
  },
});

/** Whether a record is one that the last sync did not have, when the stream asks the API for all and sorts them out itself. */
// parity: extractors/record_filter.py:ClientSideIncrementalRecordFilterDecorator
function knownBefore(stream: StreamScope | undefined): Keep | undefined {
  if (stream?.incremental?.isClientSideIncremental !== true || stream.incremental.isDataFeed) return undefined;
  const { cursor } = stream;
  return (record, { slice }) => {
    const isNew = cursor.shouldBeSynced(record, slice);
    if (!isNew) cursor.leaveOut?.(record, slice);
    return isNew;
  };
}

function keepStep(keep: Keep): Step {
  return { filters: true, takesAnything: true, one: (record, request) => (keep(record, request) ? record : null) };
}

function filterStep(filter: RecordFilter, tally: Tally): Step {
  const answered = (record: Row, stays: boolean): Row | null => (stays || dropped(tally, 'filtered') ? record : null);
  const { keepAll } = filter;
  return {
    filters: true,
    takesAnything: true,
    one: (record, request) => answered(record, filter.keep(record, request)),
    all:
      keepAll &&
      (async (records, request) => {
        const { results, failure } = await keepAll(records, request);
        return { results: results.map((stays, index) => answered(records[index] as Row, stays)), failure };
      }),
  };
}

function transformationStep(transformation: Transformation): Step {
  return {
    filters: false,
    takesAnything: transformation.takesAnything === true,
    one(record, request) {
      const next = transformation.transform(record, request);
      return next === undefined ? record : next;
    },
    all: transformation.transformAll,
  };
}

function normalizationStep({ normalize, normalizeAll }: Normalization): Step {
  return {
    filters: false,
    takesAnything: false,
    one: (record) => (normalize(record) === false ? null : record),
    all: normalizeAll,
  };
}

/** Counts a record that is dropped. */
function dropped(tally: Tally, stage: 'outside' | 'filtered'): false {
  tally[stage] += 1;
  return false;
}

function joinFilters(first: Keep | undefined, second: Keep | undefined): Keep | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (record, request) => first(record, request) && second(record, request);
}

/** What a schema that says nothing leaves of records: all. */
const UNCHANGED: SchemaFit = { kept: new Map(), convert: (_name, value) => value };

/** How the normalisation is made once the schema is known; undefined when there is none. */
function compileStep(
  b: Builder,
  spec: Parameters<Builder['build']>[1] | 'Default' | 'None' | undefined,
): { readonly isCustom: boolean; readonly goesTogether: boolean; load(): Promise<Normalization | undefined> } | undefined {
  const { stream, run } = b;
  if (spec === undefined || spec === 'None' || stream === undefined) return undefined;
  const custom = spec === 'Default' ? undefined : b.build('normalization', spec as Parameters<typeof b.build<'normalization'>>[1]);
  return {
    isCustom: custom !== undefined,
    goesTogether: custom?.transformAll !== undefined,
    async load() {
      const schema = await stream.schema();
      if (Object.keys(schema).length === 0) return undefined;
      if (custom !== undefined) {
        const { transformAll } = custom;
        const normalizeAll = transformAll && ((records: readonly Row[]) => transformAll(records, schema));
        return { normalize: (record) => custom.transform(record, schema), normalizeAll, fit: undefined };
      }
      const { normalize, fit } = compileNormalization(schema, (message) => run.log.warn(`Stream ${stream.name}: ${message}`));
      return {
        normalize(record) {
          normalize(record);
          return true;
        },
        fit,
      };
    },
  };
}

/** The records with their files; those before the first whose file cannot be had, and what that failed with. */
async function uploadAll({ records, failure, refusedLast }: Refined, upload: (record: Row) => Promise<Row>): Promise<Refined> {
  const uploaded: Row[] = [];
  try {
    for (const record of records) uploaded.push(await upload(record));
  } catch (error) {
    return { records: uploaded, failure: error };
  }
  return { records: uploaded, failure, refusedLast };
}
