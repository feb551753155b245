import { describe, expect, it } from 'vitest';
import { badInputs, documentedAnswers, nameOf } from './bad-inputs/bad-inputs.ts';
import { answerTo } from './bad-inputs/play-input.ts';

const answers = documentedAnswers();
const inputs = badInputs();

describe.concurrent('what the connector says of bad input is what docs/errors.md says', () => {
  it.each(inputs.map((bad) => [nameOf(bad), bad] as const))('%s', async (name, bad) => {
    expect(await answerTo(bad)).toBe(answers[name]);
  });
});

it('answers are there for bad inputs only', () => {
  expect(Object.keys(answers)).toEqual(inputs.map(nameOf));
});
