import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  const keys = ['http_method', 'request_headers', 'request_parameters', 'field_path', 'path'];

  it.each([
    ['htttp_method', 'http_method'],
    ['feild_path', 'field_path'],
    ['request_header', 'request_headers'],
    ['Path', 'path'],
    ['pat', 'path'],
    ['HTTP_METHOD', 'http_method'],
  ])('takes %s for %s', (misspelt, meant) => {
    expect(nearestName(misspelt, keys)).toBe(meant);
  });

  it.each(['zzz', '', 'paginator'])('knows nothing near %j', (name) => {
    expect(nearestName(name, keys)).toBeUndefined();
  });

  it('takes the first of equally near names and prefers the exact one', () => {
    expect(nearestName('bat', ['cat', 'hat'])).toBe('cat');
    expect(nearestName('Path', ['path', 'Path'])).toBe('Path');
    expect(nearestName('paths', ['patch', 'path'])).toBe('path');
  });

  it('knows nothing near a text that is too long for a name', () => {
    expect(nearestName('a'.repeat(201), ['a'.repeat(200)])).toBeUndefined();
  });

  it('knows nothing without candidates', () => {
    expect(nearestName('path', [])).toBeUndefined();
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', 'abc', 0],
    ['abc', '', 3],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
  ])('%j to %j is %d', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
  });

  it('gives up beyond the limit', () => {
    expect(editDistance('kitten', 'sitting', 1)).toBeGreaterThan(1);
  });
});
