import { component } from '../../engine/component.ts';
import { list, optional, text } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';
import { setOwnProperty } from '../../lib/objects.ts';

/** parity: parsers/model_to_component_factory.py:_create_async_job_status_mapping */
export const AsyncJobStatusMap = component({
  type: 'AsyncJobStatusMap',
  kind: 'data',
  summary: 'Which states of a job stand behind the words that the API has for them.',
  example: `
    type: AsyncJobStatusMap
    running: [queued, working]
    completed: [done]
    failed: [error]
    timeout: [expired]
    skipped: [empty]`,
  fields: () => ({
    running: list(text('The API is at work on the job, which is asked for again.')),
    completed: list(text('The results are ready.')),
    failed: list(text('The job is begun anew, up to three times in all.')),
    timeout: list(text('The same as failed, and the job is aborted first.')),
    skipped: optional(list(text('There are no results, and that is no error.'))),
  }),
  build(spec, b): JsonObject {
    const statuses: JsonObject = {};
    for (const name of ['running', 'completed', 'failed', 'timeout', 'skipped'] as const) {
      for (const word of spec[name] ?? []) {
        if (Object.hasOwn(statuses, word)) b.fail(`The status "${word}" stands in two lists: ${statuses[word]} and ${name}.`, name);
        setOwnProperty(statuses, word, name);
      }
    }
    return statuses;
  },
});
