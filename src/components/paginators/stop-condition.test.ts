import { describe, expect, it } from 'vitest';
import { stopConditionSafety } from './stop-condition.ts';

function verdict(condition: string, minimum = 1): string {
  const { problem, doubt } = stopConditionSafety(condition, minimum);
  if (problem !== undefined) return 'truncates';
  return doubt === undefined ? 'safe' : 'unsure';
}

describe('stopConditionSafety', () => {
  it.each([
    ['{{ last_page_size < page_size }}', 'safe'],
    ['{{ page_size > last_page_size }}', 'safe'],
    ['{{ last_page_size < page_size | int }}', 'safe'],
    ['{{ last_page_size == 0 }}', 'safe'],
    ['{{ last_page_size < 1 }}', 'safe'],
    ['{{ last_page_size >= 10000 }}', 'safe'],
    ['{{ not response.next }}', 'safe'],
    ['{{ last_page_size == 0 or not response.next }}', 'safe'],
    ['{% if last_page_size == 0 %}stop{% endif %}', 'safe'],
    ['{{ last_page_size < 100 }}', 'truncates'],
    ["{{ last_page_size < config['page_size'] }}", 'truncates'],
    ["{{ config['page_size'] > last_page_size }}", 'truncates'],
    ['{{ last_page_size <= 1 }}', 'truncates'],
    ['{{ response.end or 0 < last_page_size < 100 }}', 'truncates'],
    ['{% if last_page_size < 100 %}stop{% endif %}', 'truncates'],
    ['{{ not last_page_size >= 100 }}', 'unsure'],
    ['{{ last_page_size - 100 < 0 }}', 'unsure'],
    ['{{ last_page_size < page_size + 50 }}', 'unsure'],
    ['{{ last_page_size == 100 }}', 'unsure'],
    ['{{ last_page_size in [0, 1] }}', 'unsure'],
    ['{{ last_page_size }}', 'unsure'],
    ['{% if last_page_size < 100 %}false{% endif %}', 'unsure'],
    ['{{ response.data | length < 100 }}', 'unsure'],
    ['{{ last_page_size <', 'unsure'],
  ])('%s is %s', (condition, expected) => {
    expect(verdict(condition)).toBe(expected);
  });

  it('takes bounds up to the smallest page size for a test of emptiness', () => {
    expect(verdict('{{ last_page_size < 10 }}', 10)).toBe('safe');
    expect(verdict('{{ last_page_size <= 10 }}', 10)).toBe('truncates');
  });
});
