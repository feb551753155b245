import { describe, expect, it } from 'vitest';
import { ManifestError } from '../manifest/errors.ts';
import { createGuards, DEFAULT_GUARDS, parseGuard } from './guards.ts';

describe('parseGuard', () => {
  it.each([
    ['max_pages=12', { stream: undefined, values: { max_pages: 12 } }],
    ['silence=0.5', { stream: undefined, values: { silence: 0.5 } }],
    ['max_wait=none', { stream: undefined, values: { max_wait: Number.POSITIVE_INFINITY } }],
    ['a.b.repeated_token=warn', { stream: 'a.b', values: { repeated_token: 'warn' } }],
  ])('reads %s', (text, expected) => {
    expect(parseGuard(text)).toEqual(expected);
  });

  it.each([
    ['max_pages', /write NAME=VALUE/],
    ['max_page=1', /did you mean max_pages/],
    ['zzz=1', /there are repeated_token, /],
    ['max_pages=-1', /takes a whole number or none, not "-1"/],
    ['max_pages=1.5', /whole number/],
    ['silence=soon', /takes a number of seconds or none/],
    ['repeated_token=no', /takes error, warn, ignore/],
    ['users.silence=1', /holds for the whole run/],
    ['__proto__=1', /no guard "__proto__"/],
  ])('refuses %s', (text, message) => {
    expect(() => parseGuard(text)).toThrow(message);
  });
});

describe('createGuards', () => {
  it('puts the command line before the manifest, and what is said of a stream before what is said of all', () => {
    const manifest = {
      metadata: {
        guards: { max_pages: 5, identical_pages: 7, streams: { users: { max_pages: 50 }, teams: { repeated_token: 'ignore' } } },
      },
    };
    const guards = createGuards(manifest, [parseGuard('max_pages=6'), parseGuard('teams.max_pages=60')]);
    expect(guards).toMatchObject({ max_pages: 6, identical_pages: 7, repeated_token: 'error' });
    expect(guards.of('users')).toMatchObject({ max_pages: 50, identical_pages: 7 });
    expect(guards.of('teams')).toMatchObject({ max_pages: 60, repeated_token: 'ignore' });
    expect(createGuards({}).of('users')).toEqual(DEFAULT_GUARDS);
  });

  it('keeps what a manifest says below the ceilings, and leaves the command line alone', () => {
    const ceilings = { max_response_bytes: 1000, max_expansion: 10 };
    const lifting = { metadata: { guards: { max_response_bytes: 'none', max_expansion: 5 } } };
    expect(createGuards(lifting, [], ceilings)).toMatchObject({ max_response_bytes: 1000, max_expansion: 5 });
    expect(createGuards({}, [], ceilings).of('users')).toMatchObject(ceilings);
    expect(createGuards({}, [parseGuard('max_response_bytes=2000')], ceilings).max_response_bytes).toBe(2000);
  });

  it.each([
    [{ guards: 5 }, 'metadata.guards: Guards are an object'],
    [{ guards: { max_pags: 5 } }, 'metadata.guards: There is no guard "max_pags"; did you mean max_pages?'],
    [{ guards: { streams: { users: { silence: 5 } } } }, 'metadata.guards.streams.users: The guard silence holds'],
    [{ guards: { streams: [] } }, 'metadata.guards.streams: Guards are an object'],
  ])('names the place of a mistake in %j', (metadata, message) => {
    expect(() => createGuards({ metadata })).toThrow(ManifestError);
    expect(() => createGuards({ metadata })).toThrow(message);
  });
});
