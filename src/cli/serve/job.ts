import { type Operation, requestBodies } from './request-body.ts';

/** The hidden command by which the server starts the processes that answer its requests. */
export const ANSWER_COMMAND = 'answer-request';

/** One request: the last word of its path and its body as it came. */
export interface Job {
  readonly operation: Operation;
  readonly body: Uint8Array;
}

/** What a job is answered with: a status and JSON. */
export interface JobAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** Whom the request was made for, as its `context` tells. */
  readonly tags: string;
}

/** What a process says of its job: lines for whoever runs the server, and in the end one answer. */
export type ChildMessage = { readonly log: string } | { readonly answer: JobAnswer };

/** Whether there is an operation of that name. */
export function isOperation(name: string): name is Operation {
  return Object.hasOwn(requestBodies, name);
}
