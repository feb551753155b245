import { expect, it } from 'vitest';
import { asPropertyName } from './objects.ts';

it.each(['', 'name', '7', '__proto__', 'constructor', 'ü', 'a.b'])('keeps the property name %j', (name) => {
  expect(asPropertyName(`${name}x`.slice(0, -1))).toBe(name);
});
