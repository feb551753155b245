import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The file that lists the bad inputs. */
export const BAD_INPUTS = path.join(import.meta.dirname, 'bad-inputs.yaml');
/** What the connector says of each, by group and input. */
export const ANSWERS = path.join(import.meta.dirname, 'answers.json');

const patch = z.record(z.string(), z.unknown()).optional();

const badInput = z.strictObject({
  input: z.string(),
  run: z.enum(['spec', 'check', 'discover', 'read']),
  args: z.array(z.string()).default([]),
  /** Files by their texts; null for one that is not there. */
  text: z.record(z.string(), z.string().nullable()).default({}),
  manifest: patch,
  stream: patch,
  retriever: patch,
  requester: patch,
  config: patch,
  /** Whether it is answered by a warning, rather than by an error. */
  warning: z.boolean().default(false),
  api: z
    .strictObject({
      status: z.number().default(200),
      headers: z.record(z.string(), z.string()).default({}),
      body: z.string().default('{"items": []}'),
      break: z.boolean().default(false),
      silent: z.boolean().default(false),
    })
    .prefault({}),
});

const groups = z.array(z.strictObject({ group: z.string(), cases: z.array(badInput) }));

export type BadInput = z.output<typeof badInput> & { readonly group: string };

/** All bad inputs, in the order of the documentation. */
export function badInputs(): BadInput[] {
  return groups.parse(parse(readFileSync(BAD_INPUTS, 'utf8'))).flatMap(({ group, cases }) => cases.map((one) => ({ ...one, group })));
}

/** Under which name the answer to an input stands. */
export function nameOf({ group, input }: BadInput): string {
  return `${group}: ${input}`;
}

/** The answers as they are documented. */
export function documentedAnswers(): Record<string, string> {
  return JSON.parse(readFileSync(ANSWERS, 'utf8')) as Record<string, string>;
}
