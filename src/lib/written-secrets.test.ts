import { describe, expect, it } from 'vitest';
import { maskOfWritten, writtenSecrets, writtenSecretsOf } from './written-secrets.ts';

describe('secrets that are written into a text', () => {
  it.each<[string, string, string[]]>([
    ['a line of YAML', 'api_token: sk-live-4711', ['sk-live-4711']],
    ['a text in quotes', `  password: 'correct"horse7' # mine`, ['correct"horse7']],
    ['a text with escapes', '{"client_secret":"a\\"b+c/d=e1"}', ['a"b+c/d=e1', 'a\\"b+c/d=e1']],
    ['Python', "auth={'token': 'sk-live-4711'}", ['sk-live-4711']],
    ['a quote without its end', 'password: "sk-live-4711\ntype: x', ['sk-live-4711']],
    ['a quote too many', `password: ""sk-live-4711"`, ['sk-live-4711']],
    ['a list without its end', 'api_token: [sk-live-4711\ntype: x', ['sk-live-4711']],
    ['an alias that is none', 'api_token: *sk-live-4711', ['sk-live-4711']],
    ['an alias that is none, deeper', 'secret_key:\n  value: *sk-live-4711-4711-4711', ['sk-live-4711-4711-4711']],
    ['a type that does not fit', 'api_token: !!int sk-live-4711', ['sk-live-4711']],
    ['a list below', 'api_token:\n  - sk-live-4711\nname: items-2026', ['sk-live-4711']],
    ['a block', 'private_key: |\n  MIIBVwIBADANBgkq+\n  hkiG9w0BAQEFAASC/\nname: items-2026', ['MIIBVwIBADANBgkq+', 'hkiG9w0BAQEFAASC/']],
    ['a template around it', `api_token: "{{ 'sk-live-4711-4711-4711' | trim }}"`, ['sk-live-4711-4711-4711']],
    ['a place between others in one line', '{"type":"x","api_token":"sk-live-4711","name":"items-2026"}', ['sk-live-4711']],
  ])('%s', (_name, text, expected) => {
    expect(writtenSecrets(text)).toEqual(expected);
  });

  it.each([
    'api_token: "{{ config[\'api_key\'] }}"',
    'api_token: X-Api-Key',
    'password: {$ref: "#/definitions/password"}',
    'password: "#/definitions/password_2"',
    'token: dlt.secrets["token_2"]',
    'token_refresh_endpoint: https://example.com/token2/token2',
    'access_token_name: token_name_2026_2026',
    'primary_key: identifier2026',
    'password:\n  type: string\n  title: The password of 2026',
  ])('none in %s', (text) => {
    expect(writtenSecrets(text)).toEqual([]);
  });

  it('in a manifest that is no text, however it is nested', () => {
    const manifest = {
      streams: [{ name: 'items-2026', authenticator: { api_token: ['sk-live-4711'], password: "{{ config['key2'] }}" } }],
    };
    expect(writtenSecretsOf(manifest)).toEqual(['sk-live-4711']);
    expect(writtenSecretsOf(manifest, (value) => 'api_token' in value)).toEqual([]);
  });

  it('are masked wherever they are shown', () => {
    expect(maskOfWritten('password: sk-live-4711\n')('The value sk-live-4711 is none.')).toBe('The value **** is none.');
  });

  it('needs little time for a long text', () => {
    const begin = process.cpuUsage();
    writtenSecrets('api_token: '.repeat(100_000));
    writtenSecrets(`token:\n${' x\n'.repeat(300_000)}`.repeat(2));
    writtenSecrets(`password: "${'\\'.repeat(1_000_000)}`);
    const { user } = process.cpuUsage(begin);
    expect(user / 1e6).toBeLessThan(2);
  });
});
