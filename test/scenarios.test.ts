import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { playScenario } from './scenarios/run-scenario.ts';
import { loadScenario, scenarioNames } from './scenarios/scenario.ts';

const work = mkdtempSync(path.join(tmpdir(), 'scenarios-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe.concurrent('the built connector', () => {
  for (const name of scenarioNames()) {
    const scenario = loadScenario(name);
    it(`${name}: ${scenario.about}`, async () => {
      expect(await playScenario(name, scenario, path.join(work, name))).toEqual([]);
    });
  }
});
