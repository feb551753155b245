import { describe, expect, it } from 'vitest';
import { Float } from '../lib/json.ts';
import { Random } from '../testing/random.ts';
import { createTemplates, type Value } from './index.ts';

const templates = createTemplates({ now: () => 0n });
const CONSTANTS = ['0', '1', '2', '7', '1000', '86400', '9007199254740991', '0.5', '3.0', '1e3', '2.5', '(0 - 3)'];
const OPERATORS = ['+', '-', '*', '/', '//', '%'];
const NUMBERS = [0, 1, 2, 3, 999, 1000, 86_399, 1_704_067_200, 1_704_067_200_123, 999_999_999_999_999, Number.MAX_SAFE_INTEGER];

/** A template that is arithmetic on one field. */
function arithmetic(random: Random, depth: number): string {
  if (depth === 0) return random.pick(['record.n', "record['n']"]);
  const inner = `(${arithmetic(random, depth - 1)})`;
  const constant = random.pick(CONSTANTS);
  const step = random.below(4);
  if (step === 0) return `${inner} | ${random.pick(['int', 'float'])}`;
  return step === 1 ? `${constant} ${random.pick(OPERATORS)} ${inner}` : `${inner} ${random.pick(OPERATORS)} ${constant}`;
}

function asValue(number: number, isFloat: boolean): Value {
  return isFloat && Number.isInteger(number) ? new Float(number) : number;
}

describe('the formula of a template', () => {
  it('gives what its evaluation gives, or says that it cannot', () => {
    const random = new Random(11);
    const counts = { formulas: 0, values: 0 };
    for (let i = 0; i < 3000; i += 1) {
      const template = templates.compile(`{{ ${arithmetic(random, 1 + random.below(4))} }}`);
      const { formula } = template;
      if (formula === undefined) continue;
      counts.formulas += 1;
      expect(formula.field).toBe('n');
      for (const n of [...NUMBERS, random.below(1e9)]) {
        const value = formula.compute(n);
        if (!Number.isFinite(value)) continue;
        counts.values += 1;
        const evaluated = template.evaluateString({ record: { n } });
        expect([template.text, n, asValue(value, formula.isFloat)]).toEqual([template.text, n, evaluated]);
      }
    }
    expect(counts.formulas).toBeGreaterThan(1000);
    expect(counts.values).toBeGreaterThan(10_000);
  });

  it.each([
    '{{ record.n }} ',
    '{{ record.n | int(default=3) }}',
    '{{ record.n | round }}',
    '{{ record.n + record.m }}',
    '{{ record.n + record.n }}',
    '{{ record.n + config.n }}',
    '{{ record.n ** 2 }}',
    "{{ record.n ~ 'x' }}",
    "{{ record.get('n') / 2 }}",
    '{{ record.items / 2 }}',
    '{{ record.n.m / 2 }}',
    '{{ record / 2 }}',
    '{{ 5 / 2 }}',
    '{% set record = {"n": 3} %}{{ record.n / 2 }}',
    'plain',
  ])('is none for %j', (text) => {
    expect(templates.compile(text).formula).toBeUndefined();
  });
});
