import { describe, expect, it } from 'vitest';
import { isPageFresh } from '../../../scripts/generate-docs-templates.ts';
import { createTemplates } from '../index.ts';
import { Runtime } from '../runtime.ts';
import { createFunctions } from './index.ts';

const NOW = 1_768_480_496_789_012n;
const templates = createTemplates({ now: () => NOW });
const { filters, tests, functions } = createFunctions(new Runtime({ now: () => NOW })).all;

describe.each(Object.entries({ filters, tests, functions }))('the examples of the %s', (_kind, specs) => {
  it.each(specs.flatMap((spec) => spec.examples))('%s', (template, printed) => {
    expect(templates.compile(template).render({})).toBe(printed);
  });
});

describe('docs/templates.md', () => {
  it('follows from the declarations', async () => {
    expect(await isPageFresh(), 'run node scripts/generate-docs-templates.ts').toBe(true);
  });
});
