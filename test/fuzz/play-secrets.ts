import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findLeaks } from '../leaks.ts';
import { createRandom } from '../random.ts';
import { startEchoApi } from './echo-api.ts';
import { makeSecretCase, WAYS } from './secret-case.ts';
import { COURSES, FURTHER_COURSES } from './secret-courses.ts';

/** Runs the commands of a seed against an API that repeats what it is asked; gives what of the secrets people can read. */
export async function playSecrets(seed: number): Promise<string[]> {
  const random = createRandom(seed, 'play');
  const work = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  let token: (path: string) => object | undefined = () => undefined;
  const api = await startEchoApi(seed, { token: (path) => token(path), calm: 0.3 });
  try {
    const { manifest, config, secrets, token: granted } = makeSecretCase(seed, api.url);
    token = granted;
    const files = { manifest, config };
    const texts = [
      ...(await courseOf(COURSES, seed)({ seed, files, work, random })),
      ...(await courseOf(FURTHER_COURSES, seed)({ seed, files, work: mkdtempSync(path.join(work, 'further-')), random })),
    ];
    return texts.flatMap(([what, text, own = []]) =>
      problemsIn(text, [...secrets, api.session, ...own], !what.endsWith('.gz')).map((problem) => `${what}: ${problem}`),
    );
  } finally {
    await api.close();
    rmSync(work, { recursive: true, force: true });
  }
}

/** One round of all ways by one course, the next by the next. */
function courseOf<T>(courses: readonly T[], seed: number): T {
  return courses[Math.floor(seed / WAYS.length + seed) % courses.length] as T;
}

function problemsIn(text: string, secrets: readonly string[], isTold: boolean): string[] {
  const leaks = findLeaks(text, secrets)
    .slice(0, 1)
    .map((leak) => `${leak} in ${around(text, leak)}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  const control = !isTold ? null : /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/.exec(text);
  if (control !== null)
    leaks.push(`a control character ${JSON.stringify(text.slice(Math.max(0, control.index - 100), control.index + 100))}`);
  return /unexpected error/.test(text) ? [...leaks, `an error says nothing to its reader: ${text.slice(0, 3000)}`] : leaks;
}

/** The beginning of the text, for whoever looks where a leak comes from. */
function around(text: string, leak: string): string {
  const form = /\(as (.*)\)$/s.exec(leak)?.[1] ?? '';
  const at = Math.max(0, text.indexOf(form));
  return JSON.stringify(text.slice(Math.max(0, at - 200), at + 200));
}
