import { type Json, type JsonObject, parseJson, stringifyJson } from '../../lib/json.ts';
import type { OutgoingMessage } from '../../protocol/messages.ts';
import { REQUEST_MEMORY } from '../guard-ceilings.ts';
import type { ChildMessage, Job } from './job.ts';
import { type Answer, operations } from './operations.ts';
import { checkBody, type RequestBody, unreadableBody } from './request-body.ts';

/** Answers the one request that this process is for, and ends when the server does; gives 1 where no server has started it. */
export async function answerRequest(): Promise<number> {
  if (process.send === undefined) return 1;
  process.once('disconnect', () => process.exit());
  // What ends the server, as Ctrl-C does for all of its processes, leaves requests under way to it.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => {});
  boundMemory(Number(process.env[REQUEST_MEMORY]));
  const job = await new Promise<Job>((resolve) => process.once('message', resolve));
  const say = (message: ChildMessage): void => void process.send?.(message);
  const { status, text, tags } = await answerJob(job, (log) => say({ log }));
  say({ answer: { status, body: Buffer.from(text), tags } });
  return 0;
}

/** Megabytes that the program takes before it does anything. */
const OWN_MEGABYTES = 128;
/** Milliseconds between two looks at the memory. */
const LOOK_EVERY = 100;

/** Ends the process when all of its memory, and not only its heap, which V8 bounds, grows beyond what a request may take. */
function boundMemory(megabytes: number): void {
  const limit = (megabytes + OWN_MEGABYTES) * 1024 * 1024;
  setInterval(() => {
    if (process.memoryUsage.rss() > limit) process.kill(process.pid, 'SIGKILL');
  }, LOOK_EVERY).unref();
}

interface JobText {
  readonly status: number;
  readonly text: string;
  readonly tags: string;
}

/** The answer to a job as text; `log` gets lines for whoever runs the server. */
export async function answerJob({ operation, body }: Job, log: (line: string) => void): Promise<JobText> {
  const parsed = parseBody(Buffer.from(body).toString());
  if ('error' in parsed) return textOf(422, { detail: [unreadableBody(parsed.text, parsed.error)] as unknown as Json });
  const checked = checkBody(operation, parsed.value);
  if ('problems' in checked) return textOf(422, { detail: checked.problems as unknown as Json });
  const tell = (message: OutgoingMessage): void => {
    if (message.type === 'LOG' && /^(?:WARN|ERROR|FATAL)$/.test(message.log.level)) log(`${message.log.level} ${message.log.message}`);
  };
  const work = operations[operation] as (body: RequestBody<typeof operation>, log: (message: OutgoingMessage) => void) => Promise<Answer>;
  const answer = await work(checked.body, tell);
  return { ...textOf(answer.status, answer.body), tags: tagsOf(checked.body.context) };
}

function parseBody(text: string): { readonly value: Json } | { readonly text: string; readonly error: SyntaxError } {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { text, error };
    throw error;
  }
}

function textOf(status: number, body: JsonObject): JobText {
  return { status, text: stringifyJson(body), tags: '' };
}

/** Whom a request is made for. parity: manifest_server/helpers/tracing.py:apply_trace_tags_from_context */
function tagsOf(context: { workspace_id?: string | null | undefined; project_id?: string | null | undefined } | null | undefined): string {
  const { workspace_id: workspace, project_id: project } = context ?? {};
  return [workspace && `workspace_id=${workspace}`, project && `project_id=${project}`]
    .filter(Boolean)
    .join(', ')
    .replace(/[\r\n]/g, ' ');
}
