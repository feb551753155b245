import { describe, expect, it } from 'vitest';
import { ConfigError, errorTrace, SystemError, TransientError, toFailure } from './failure.ts';

describe('toFailure', () => {
  it.each([
    [new ConfigError('c'), 'config_error'],
    [new TransientError('t'), 'transient_error'],
    [new SystemError('s'), 'system_error'],
    [new Error('e'), 'system_error'],
    ['text', 'system_error'],
    [null, 'system_error'],
    [undefined, 'system_error'],
  ])('gives %s the type %s', (error, type) => {
    expect(toFailure(error).failure_type).toBe(type);
  });

  it('keeps the message for the user apart from the one for maintainers', () => {
    const report = toFailure(new ConfigError('Set the token.', { internalMessage: '401 from /v1' }));
    expect(report).toMatchObject({ message: 'Set the token.', internal_message: '401 from /v1' });
  });

  it('tells the chain of causes', () => {
    const socket = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const report = toFailure(new TransientError('The API cannot be reached.', { cause: new TypeError('send failed', { cause: socket }) }));
    expect(report.internal_message).toBe('TypeError: send failed <- Error [ECONNREFUSED]: connect refused');
    expect(report.stack_trace).toMatch(
      /TransientError: The API cannot be reached\.\n {4}at [\s\S]*\nCaused by: TypeError: send failed\n[\s\S]*\nCaused by: Error: connect refused\n/,
    );
  });

  it('finds the failure that another error wraps', () => {
    const report = toFailure(new Error('stream broke', { cause: new ConfigError('No such dataset.', { stream: { name: 'dataset' } }) }));
    expect(report).toMatchObject({
      failure_type: 'config_error',
      message: 'No such dataset.',
      internal_message: 'Error: stream broke',
      stream_descriptor: { name: 'dataset' },
    });
  });

  it('tells all members of an aggregate, and a cycle of causes once', () => {
    const first = new Error('first');
    first.cause = new AggregateError([first, new Error('second'), 'third'], 'both');
    expect(toFailure(first).internal_message).toBe('Error: first <- AggregateError: both <- Error: second <- "third" was thrown');
  });

  it.each([
    ['text', '"text" was thrown'],
    [{ a: 1 }, '{"a":1} was thrown'],
    [undefined, 'undefined was thrown'],
    [new Error(''), 'Error: '],
  ])('describes %s', (thrown, internal) => {
    const report = toFailure(thrown);
    expect(report.internal_message).toBe(internal);
    expect(report.message).not.toBe('');
  });

  it('says of what is nested too deeply that it is', () => {
    const dive = (depth: number): number => 1 + dive(depth + 1);
    const error = (() => {
      try {
        return dive(0);
      } catch (overflow) {
        return overflow;
      }
    })();
    expect(toFailure(new Error('outer', { cause: error })).message).toMatch(/^Something is nested too deeply/);
    expect(toFailure(new RangeError('Invalid string length')).message).toMatch(/^The connector stopped at an unexpected error/);
  });

  it('has no stream unless one is known', () => {
    expect(toFailure(new ConfigError('c'))).not.toHaveProperty('stream_descriptor');
  });
});

describe('errorTrace', () => {
  it('names the stream unless the error names one', () => {
    const named = new ConfigError('c', { stream: { name: 'a', namespace: 'n' } });
    expect(errorTrace(named, { name: 'b' })).toMatchObject({ trace: { error: { stream_descriptor: { name: 'a', namespace: 'n' } } } });
    expect(errorTrace(new Error('e'), { name: 'b' })).toMatchObject({
      type: 'TRACE',
      trace: { type: 'ERROR', error: { stream_descriptor: { name: 'b' } } },
    });
  });
});
