import { findLeaks } from '../leaks.ts';
import { createRandom } from '../random.ts';
import { startEchoApi } from './echo-api.ts';
import { catalogOf, readByPeople, runWithFiles } from './run-case.ts';
import { makeSecretCase } from './secret-case.ts';

/** Waits of milliseconds in place of seconds. */
const FAST = ['--guard', 'max_wait=0.01', '--guard', 'silence=5'];

/** Runs one command of a seed against an API that repeats what it is asked; gives what of the secrets people can read. */
export async function playSecrets(seed: number): Promise<string[]> {
  const random = createRandom(seed, 'play');
  let token: (path: string) => object | undefined = () => undefined;
  const api = await startEchoApi(seed, { token: (path) => token(path), calm: 0.3 });
  try {
    const { manifest, config, secrets, token: granted } = makeSecretCase(seed, api.url);
    token = granted;
    const command = random.pick(['check', 'discover', 'read', 'read']);
    const args = random.chance(0.5) ? [...FAST, '--debug'] : FAST;
    const ended = await runWithFiles(command, { manifest, config, catalog: catalogOf(['items'], 'incremental') }, args);
    const problems = findLeaks(readByPeople(ended), secrets).map((leak) => `${command}: ${leak}`);
    if (ended.signal !== null) problems.push(`${command}: it did not end by itself`);
    if (/unexpected error/.test(ended.stdout))
      problems.push(`${command}: an error says nothing to its reader: ${ended.stdout.slice(0, 3000)}`);
    return problems;
  } finally {
    await api.close();
  }
}
