import { expect, it } from 'vitest';
import { createLog, debugWanted } from './log.ts';
import type { OutgoingMessage } from './messages.ts';

function logged(debug: boolean): { messages: OutgoingMessage[]; made: number } {
  const messages: OutgoingMessage[] = [];
  let made = 0;
  const log = createLog({ message: (message) => messages.push(message) }, { debug });
  log.fatal('a', 'stack');
  log.error('b');
  log.warn('c');
  log.info(() => 'd');
  log.debug(() => `${++made}`);
  log.trace('f');
  return { messages, made };
}

it('prints a LOG message for each call', () => {
  expect(logged(true).messages).toEqual([
    { type: 'LOG', log: { level: 'FATAL', message: 'a', stack_trace: 'stack' } },
    { type: 'LOG', log: { level: 'ERROR', message: 'b' } },
    { type: 'LOG', log: { level: 'WARN', message: 'c' } },
    { type: 'LOG', log: { level: 'INFO', message: 'd' } },
    { type: 'LOG', log: { level: 'DEBUG', message: '1' } },
    { type: 'LOG', log: { level: 'TRACE', message: 'f' } },
  ]);
});

it('neither prints nor makes debug and trace texts unless asked', () => {
  const { messages, made } = logged(false);
  expect(messages).toHaveLength(4);
  expect(made).toBe(0);
});

it.each([
  ['debug', true],
  ['DEBUG', true],
  ['info', false],
  [undefined, false],
])('takes LOG_LEVEL=%s as debug: %s', (level, wanted) => {
  expect(debugWanted({ LOG_LEVEL: level })).toBe(wanted);
});
