import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { optional, text } from '../../engine/fields.ts';
import type { Requester } from '../../engine/kinds.ts';
import { DateError, Delta, parseDuration } from '../../lib/time/index.ts';
import { TransientError } from '../../protocol/failure.ts';

/** Splits of one window within another, whatever the cursor allows. parity: retrievers/simple_retriever.py:_MAX_REQUEST_WINDOW_SPLIT_DEPTH */
const MOST_SPLITS = 10;

/** parity: retrievers/request_window_splitting.py:RequestWindowSplitting */
export const RequestWindowSplitting = component({
  type: 'RequestWindowSplitting',
  kind: 'windowSplitting',
  summary: 'Reads a window of time in two halves when a response filter answers with SPLIT_REQUEST_WINDOW, and these in halves again.',
  example: `
    type: RequestWindowSplitting
    min_split_window: PT1H
    failure_message: Choose fewer accounts.`,
  fields: () => ({
    failure_message: optional(text('What the user can do when no window is small enough; follows the error.')),
    min_split_window: optional(text('The length below which windows are not split, such as PT1H.')),
  }),
  build(spec, b) {
    const minimum = spec.min_split_window || undefined;
    const name = b.stream?.name ?? '';
    const failed = (message: string, internalMessage: string): TransientError =>
      new TransientError([message, spec.failure_message?.trim()].filter((part) => part).join(' '), { internalMessage });
    return {
      check: (requester) => check(b, requester, minimum),
      split(slice, depth, reason) {
        const internal = `split depth ${depth}${reason === '' ? '' : `; the API said: ${reason}`}`;
        if (depth >= MOST_SPLITS)
          throw failed(`Stream ${name} could not split its window to a size that the API accepts within ${MOST_SPLITS} splits.`, internal);
        const windows = b.stream?.cursor.split?.(slice, minimum);
        if (windows === undefined)
          throw failed(`The API refuses the window of stream ${name} even at the smallest size that it can be split to.`, internal);
        b.run.log.info(`Stream ${name}: the API refuses a window, which is read in ${windows.length} parts (split depth ${depth}).`);
        return windows;
      },
    };
  },
});

/** parity: parsers/model_to_component_factory.py:_validate_request_window_splitting_is_supported */
function check(b: Builder, requester: Requester, minimum: string | undefined): void {
  const incremental = b.stream?.incremental;
  const problem =
    incremental?.splitProblem === undefined ? 'Only the windows of a DatetimeBasedCursor can be split.' : incremental.splitProblem();
  if (problem !== undefined) b.fail(problem);
  if (incremental?.isClientSideIncremental === true)
    b.fail('With is_client_side_incremental the window is not sent to the API, so splitting it changes nothing.');
  if (minimum !== undefined && !isFixedLength(minimum))
    b.fail(`It must be a duration above zero without months and years, not "${minimum}".`, 'min_split_window');
  if (requester.queryProperties !== undefined)
    b.fail('With query properties records are written before the last request of a page, so the window cannot be read again.');
  if (b.stream?.fileUploader !== undefined)
    b.fail('With a file_uploader records are written one by one, so the window cannot be read again.');
  if (b.stream?.router?.embedsPages === true)
    b.fail("With a lazy_read_pointer the records come with the parent's, so there is no window to split.");
}

function isFixedLength(text: string): boolean {
  try {
    const length = parseDuration(text);
    return length instanceof Delta && length.compare(Delta.zero) > 0;
  } catch (error) {
    if (error instanceof DateError) return false;
    throw error;
  }
}
