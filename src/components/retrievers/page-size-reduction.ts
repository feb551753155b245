import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { bounded, integer, number, oneOf, optional, text, withDefault } from '../../engine/fields.ts';
import type { Paginator, Requester } from '../../engine/kinds.ts';
import { createPageSizeReducer, type ReductionRules } from '../../engine/page-size-reducer.ts';

/** parity: retrievers/page_size_reducer.py:PageSizeReduction */
export const PageSizeReduction = component({
  type: 'PageSizeReduction',
  kind: 'pageSizeReduction',
  summary: 'Asks for the same page again with a smaller page size when a response filter answers with REDUCE_PAGE_SIZE.',
  example: `
    type: PageSizeReduction
    reduction_factor: 2
    minimum_page_size: 10
    reset_policy: AFTER_SUCCESSFUL_PAGE`,
  fields: () => ({
    reduction_factor: withDefault(bounded(number(), { exclusiveMinimum: 1 }), 2),
    minimum_page_size: withDefault(bounded(integer(), { minimum: 1 }), 1),
    max_attempts: withDefault(bounded(integer(), { minimum: 1 }), 5),
    backoff_seconds: withDefault(bounded(number(), { minimum: 0 }), 0.5),
    retries_at_minimum_page_size: withDefault(bounded(integer(), { minimum: 0 }), 0),
    failure_message: optional(text('What the user can do when no page size is small enough; follows the error.')),
    reset_policy: withDefault(oneOf('NEVER', 'AFTER_SUCCESSFUL_PAGE'), 'NEVER'),
  }),
  build(spec, b) {
    const rules: ReductionRules = {
      factor: spec.reduction_factor,
      minimum: spec.minimum_page_size,
      maxAttempts: spec.max_attempts,
      backoffSeconds: spec.backoff_seconds,
      retriesAtMinimum: spec.retries_at_minimum_page_size,
      failureMessage: spec.failure_message,
      restores: spec.reset_policy === 'AFTER_SUCCESSFUL_PAGE',
    };
    return {
      check: (requester, paginator) => check(b, rules, requester, paginator),
      begin: (pageSize) => createPageSizeReducer(rules, pageSize, b.stream?.name ?? '', b.run),
    };
  },
});

/** parity: parsers/model_to_component_factory.py:_validate_page_size_reduction_is_supported */
function check(b: Builder, rules: ReductionRules, requester: Requester, paginator: Paginator): void {
  if (requester.queryProperties !== undefined)
    b.fail('With query properties a page is several requests, of which the first are written when a later one asks for a smaller page.');
  if (b.stream?.fileUploader !== undefined)
    b.fail('With a file_uploader records of a page are written before the page is complete, so it cannot be asked for again.');
  if (b.stream?.router?.embedsPages === true)
    b.fail("With a lazy_read_pointer the first page comes with the parent's record, so it cannot be made smaller.");
  const resizing = paginator.resizing?.(rules.minimum) ?? {
    problem: 'The paginator sends no page size: a DefaultPaginator with a page_size_option is needed.',
  };
  if (resizing.problem !== undefined) b.fail(resizing.problem);
  if (resizing.doubt !== undefined) b.run.log.warn(`${b.path}: ${resizing.doubt}`);
  if (resizing.pageSize !== undefined) warnOfUnreachableMinimum(b, rules, resizing.pageSize);
}

/** A minimum that failing pages never get down to is not wrong, but seldom meant. parity: _validate_page_size_is_reducible */
function warnOfUnreachableMinimum(b: Builder, { factor, minimum, maxAttempts }: ReductionRules, pageSize: number): void {
  if (minimum <= 1 || factor ** maxAttempts >= pageSize / minimum) return;
  const needed = Math.ceil(Math.log(pageSize / minimum) / Math.log(factor));
  b.run.log.warn(
    `${b.path}: ${maxAttempts} reductions in a row do not get from a page size of ${pageSize} down to minimum_page_size: ${minimum}; max_attempts: ${needed} would.`,
  );
}
