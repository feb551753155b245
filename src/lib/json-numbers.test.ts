import { expect, it } from 'vitest';
import { Random } from '../testing/random.ts';
import { parseExactJson, parseJson, stringifyJson } from './json.ts';
import { numbersIn } from './json-numbers.ts';

const PADDING = `"${'x'.repeat(5000)}"`;
const DIGITS = ['0', '00', '000000000', '9', '99999999999999', '5', '1234', '123456789012', '00000000000000001', '9223372036854775807'];

/** The text of a JSON number. */
function numberText(random: Random): string {
  const whole = random.chance(0.3) ? '0' : random.pick(DIGITS).replace(/^0+(?=.)/, '') + (random.chance(0.2) ? random.pick(DIGITS) : '');
  const integer = whole.replace(/^0+(?=.)/, '');
  const fraction = random.chance(0.6) ? `.${random.pick(DIGITS)}${random.chance(0.3) ? random.pick(DIGITS) : ''}` : '';
  const exponent = random.chance(0.1) ? `${random.pick(['e', 'E'])}${random.pick(['', '+', '-'])}${random.below(30)}` : '';
  return `${random.chance(0.3) ? '-' : ''}${integer}${fraction}${exponent}`;
}

function textOf(random: Random): string {
  const number = numberText(random);
  const item = random.pick([number, `{"a":${number}}`, `[ ${number}\t]`, `"${number}"`, `"\\"${number}", ${number}`, `{"${number}":null}`]);
  return random.chance(0.5) ? `[${PADDING},${item}]` : `[${item} ,${PADDING}]`;
}

it('sees each number that plain parsing would not give back, and few others', () => {
  const random = new Random(3);
  const counts = { plain: 0, exact: 0, needless: 0 };
  for (let i = 0; i < 4000; i += 1) {
    const text = textOf(random);
    const traits = numbersIn(Buffer.from(text));
    if (traits === undefined) throw new Error('The text is too short.');
    const isLossless = stringifyJson(JSON.parse(text)) === stringifyJson(parseExactJson(text));
    const shown = text.replace(PADDING, '');
    if (!traits.mayBeLost) expect([shown, isLossless]).toEqual([shown, true]);
    if (traits.mayBeLost) counts.exact += 1;
    else counts.plain += 1;
    if (traits.mayBeLost && isLossless) counts.needless += 1;
    if (/(?<![\d.])\d{19}/.test(text.replaceAll(/"[^"]*"/g, ''))) expect([shown, traits.areLong]).toEqual([shown, true]);
  }
  expect(counts.plain).toBeGreaterThan(1000);
  expect(counts.needless).toBeLessThan(counts.exact / 2);
});

it.each(['[1.5, "1.0", "1e5"]', '{"lat": 52.520006599999996, "id": "1234567890123456789"}', '[0.30000000000000004]'])(
  'takes %s for plain',
  (text) => {
    expect(numbersIn(Buffer.from(text.replace(/.$/, `, ${text[0] === '{' ? '"p": ' : ''}${PADDING}$&`)))).toEqual({
      mayBeLost: false,
      areLong: false,
    });
  },
);

it('leaves what is no JSON to the parser', () => {
  for (const text of [`[${PADDING}`, `["\u0001", 1.0, ${PADDING}]`, `${PADDING.slice(0, -1)}`, `[${PADDING}, NaN, 1.0]`])
    expect(() => numbersIn(Buffer.from(text))).not.toThrow();
});

it('loses nothing of the numbers of a short text either', () => {
  const random = new Random(5);
  for (let i = 0; i < 20_000; i += 1) {
    const number = numberText(random);
    const text = random.pick([number, `[${number}]`, `{"a":${number},"b":"${number}"}`, `[1.05, ${number}]`]);
    expect([text, stringifyJson(parseJson(text))]).toEqual([text, stringifyJson(parseExactJson(text))]);
  }
});
