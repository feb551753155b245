/** A check does not keep its user waiting for a connection that cannot be made; a read tries as often as any request. */
import { expect, it } from 'vitest';
import { itemsManifest } from './items-manifest.ts';
import { catalogOf, runMessages, workFolder } from './local/run.ts';
import type { Result } from './scenarios/messages.ts';

const REFUSING = 'http://127.0.0.1:1';

function waitsOf({ messages }: Result): number {
  return messages.filter(({ log }) => /Waiting [\d.]+ seconds then retrying/.test(log?.message ?? '')).length;
}

it('a refused connection is tried once more by a check, and five times by a read', async () => {
  const work = workFolder();
  const inputs = ['--manifest-path', work.file('manifest.json', itemsManifest({ requester: { url_base: REFUSING } }))];
  inputs.push('--config', work.file('config.json', {}), '--guard', 'max_wait=0.01');
  const check = await runMessages(['check', ...inputs]);
  const [status] = check.messages.flatMap(({ connectionStatus }) => connectionStatus ?? []);
  expect(status).toMatchObject({
    status: 'FAILED',
    message: expect.stringMatching(/The connection was refused.*Check the host and the port/),
  });
  expect(waitsOf(check)).toBe(1);
  const read = await runMessages(['read', ...inputs, '--catalog', work.file('catalog.json', catalogOf({ items: 'full_refresh' }))]);
  expect([read.exit, waitsOf(read)]).toEqual([1, 5]);
});
