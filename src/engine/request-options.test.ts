import { describe, expect, it } from 'vitest';
import { combineOptions, RequestOptions } from './request-options.ts';

function options(parts: Partial<RequestOptions>): RequestOptions {
  return Object.assign(new RequestOptions(), parts);
}

describe('combineOptions', () => {
  it('joins the shares place by place', () => {
    const combined = combineOptions([
      options({ params: { a: 1 }, path: '/a' }),
      options({ params: { b: [2] }, headers: { H: 'x' } }),
      options({ path: '/b' }),
    ]);
    expect(combined).toMatchObject({ params: { a: 1, b: [2] }, headers: { H: 'x' }, path: '/b' });
  });

  it('joins JSON bodies at any depth, and lets two parts say the same', () => {
    const combined = combineOptions([options({ bodyJson: { q: { a: 1 }, n: 1 } }), options({ bodyJson: { q: { b: 2 }, n: 1 } })]);
    expect(combined.bodyJson).toEqual({ q: { a: 1, b: 2 }, n: 1 });
  });

  it('changes none of the shares', () => {
    const first = options({ bodyJson: { q: { a: 1 } } });
    combineOptions([first, options({ bodyJson: { q: { b: 2 } } })]);
    expect(first.bodyJson).toEqual({ q: { a: 1 } });
  });

  it.each([
    [{ params: { a: 1 } }, { params: { a: 1 } }, 'Two parts of the manifest set "a" in the query parameters'],
    [{ headers: { a: 1 } }, { headers: { a: 2 } }, 'set "a" in the headers'],
    [{ bodyJson: { q: { a: 1 } } }, { bodyJson: { q: { a: 2 } } }, 'set "q.a" in the JSON body'],
    [{ bodyData: 'text' }, { bodyData: { a: 1 } }, 'The form body cannot be a whole value and hold further keys'],
    [{ bodyJson: [1] }, { bodyJson: { a: 1 } }, 'The JSON body cannot be a whole value and hold further keys'],
  ])('refuses %j with %j', (one, other, message) => {
    expect(() => combineOptions([options(one), options(other)])).toThrow(message);
  });

  it('sends a whole body as it is', () => {
    expect(combineOptions([options({ bodyJson: [1, 2] }), options({})]).bodyJson).toEqual([1, 2]);
    expect(combineOptions([options({ bodyData: 'a=1' }), options({})]).bodyData).toBe('a=1');
  });
});
