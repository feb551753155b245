import { describe, expect, it } from 'vitest';
import { Float, type Json, type JsonObject } from './json.ts';
import { collectSecrets, createSecrets, looksSecret } from './secrets.ts';

function secretsOf(...values: unknown[]): ReturnType<typeof createSecrets> {
  const secrets = createSecrets();
  for (const value of values) secrets.add(value);
  return secrets;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function eachByte(text: string, write: (byte: number) => string): string {
  return [...Buffer.from(text)].map(write).join('');
}

function eachCharacter(text: string, write: (code: number) => string): string {
  return [...text].map((character) => write(character.codePointAt(0) as number)).join('');
}

function eachUnit(text: string, write: (digits: string) => string): string {
  return text
    .split('')
    .map((unit) => write(unit.charCodeAt(0).toString(16).padStart(4, '0')))
    .join('');
}

describe('redact', () => {
  const secret = 'p@ss w/ö+"x\\y&=<1>\'机🚀';
  const latin = 'käse/123+x';

  it.each<[string, string, string]>([
    ['as it is', secret, secret],
    ['percent-encoded', secret, encodeURIComponent(secret)],
    ['percent-encoded in lower case', secret, encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['percent-encoded twice', secret, encodeURIComponent(encodeURIComponent(secret))],
    ['as a form sends it', secret, new URLSearchParams({ a: secret }).toString().slice(2)],
    ['in JSON', secret, JSON.stringify(secret).slice(1, -1)],
    ['in JSON in JSON', secret, JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in JSON of ASCII only', 'ö机🚀', '\\u00f6\\u673A\\ud83d\\ude80'],
    ['in HTML', secret, secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)],
    ['in HTML by name', '<a&"b">', '&lt;a&amp;&quot;b&quot;&gt;'],
    ['in base64', secret, Buffer.from(secret).toString('base64')],
    ['in URL-safe base64', '>>>???>>>???', Buffer.from('>>>???>>>???').toString('base64url')],
    ['in base64 in a URL', '>>>???>>>???1', encodeURIComponent(Buffer.from('>>>???>>>???1').toString('base64'))],
    ['in base64 of Latin-1', latin, Buffer.from(latin, 'latin1').toString('base64')],
    ['as a number', '12345', '12345'],
    ['in small letters', 'kQ7vZ2mX9p', 'kq7vz2mx9p'],
    ['in capitals', 'kQ7vZ2mX9p-straße', 'KQ7VZ2MX9P-STRASSE'],
    ['in hexadecimal digits', secret, Buffer.from(secret).toString('hex')],
    ['in capital hexadecimal digits', secret, Buffer.from(secret).toString('hex').toUpperCase()],
    ['in hexadecimal digits with colons', 'kQ7vZ2', '6b:51:37:76:5a:32'],
    ['with every byte percent-encoded', secret, eachByte(secret, (byte) => `%${hex(byte)}`)],
    ['with every byte percent-encoded twice', secret, eachByte(secret, (byte) => `%25${hex(byte)}`)],
    ['as old browsers escape it', 'kQ7ö', '%u006b%u0051%u0037%u00f6'],
    ['with every character a decimal entity', secret, eachCharacter(secret, (code) => `&#${code};`)],
    ['with every character a hexadecimal entity', secret, eachCharacter(secret, (code) => `&#X0${code.toString(16)};`)],
    ['with entities that do not end', 'kQ7v', '&#107&#81&#55&#118'],
    [
      'with named entities',
      'a!#$%(*)+,./:;=?@[\\]^_`{|}-ö',
      'a&excl;&num;&dollar;&percnt;&lpar;&ast;&rpar;&plus;&comma;&period;&sol;&colon;&semi;&equals;&quest;&commat;&lbrack;&bsol;&rsqb;&Hat;&lowbar;&grave;&lcub;&vert;&rcub;&hyphen;&ouml;',
    ],
    ['in quoted-printable', secret, eachByte(secret, (byte) => `=${hex(byte).toUpperCase()}`)],
    ['in quoted-printable with soft line breaks', 'kQ7vZ2mX9p', 'kQ7=\r\nvZ2m=\nX9p'],
    ['in quoted-printable in JSON', 'kQ7vZ2mX9p', JSON.stringify('kQ=37vZ2=\r\nmX9p').slice(1, -1)],
    ['with every unit a Unicode escape', secret, eachUnit(secret, (unit) => `\\u${unit}`)],
    [
      'with every unit a Unicode escape in JSON',
      secret,
      JSON.stringify(eachUnit(secret, (unit) => `\\u${unit.toUpperCase()}`)).slice(1, -1),
    ],
    ['with braces around code points', 'kQ7🚀', '\\u{6b}\\u{51}\\u{37}\\u{1f680}'],
    ['with hexadecimal escapes', secret, eachByte(secret, (byte) => `\\x${hex(byte)}`)],
    ['with octal escapes', 'kQ7v', '\\153\\121\\067\\166'],
    ['in base64 of small letters', 'correct-horse-battery', Buffer.from('correct-horse-battery').toString('base64').toLowerCase()],
    ['in base64 of several lines', 'x1'.repeat(60), Buffer.from('x1'.repeat(60)).toString('base64').replace(/.{76}/g, '$&\r\n')],
    [
      'in percent-encoded HTML in JSON',
      secret,
      JSON.stringify(encodeURIComponent(eachCharacter(secret, (code) => `&#${code};`))).slice(1, -1),
    ],
    ['that looks escaped itself, in JSON', 'p\\x41%41&lt;', JSON.stringify('p\\x41%41&lt;').slice(1, -1)],
    ['that looks escaped itself, percent-encoded', 'p\\x41%41&lt;', encodeURIComponent('p\\x41%41&lt;')],
  ])('masks a secret %s', (_name, value, printed) => {
    expect(secretsOf(value).redact(`<<${printed}>>`)).toBe('<<****>>');
  });

  it.each(['u', 'us', 'use', 'user'])('masks the password in the base64 of "%s:password"', (user) => {
    const password = 'correct-horse';
    for (const after of ['', 'x', 'xy', 'xyz']) {
      const printed = Buffer.from(`${user}:${password}${after}`).toString('base64');
      const redacted = secretsOf(password).redact(`Authorization: ${printed}`);
      expect(redacted).toContain('****');
      expect(Buffer.from(redacted.split(' ').at(-1) ?? '', 'base64').toString()).not.toContain('orrect-hors');
    }
  });

  it('masks the longest of secrets that start alike', () => {
    expect(secretsOf('abc', 'abcdef', 'abcd').redact('abcdef abcd abcx')).toBe('**** **** ****x');
  });

  it('masks short values only where they stand alone', () => {
    expect(secretsOf('7').redact('7 of 17, page=7, 7th')).toBe('**** of 17, page=****, 7th');
  });

  it('knows secrets of other types, and no empty ones', () => {
    expect(secretsOf(98765, 2n ** 60n, new Float(44)).redact('98765 1152921504606846976 44.0')).toBe('**** **** ****');
    expect(secretsOf('', null, undefined, true, {}).redact('text true null')).toBe('text true null');
  });

  it('knows secrets added later', () => {
    const secrets = secretsOf('first-one');
    expect(secrets.redact('first-one second-one')).toBe('**** second-one');
    secrets.add('second-one');
    expect(secrets.redact('first-one second-one')).toBe('**** ****');
  });

  it('masks a token without its scheme, and a value without its spaces', () => {
    expect(secretsOf('Bearer abcdefgh', ' padded-value\n').redact('abcdefgh,padded-value')).toBe('****,****');
  });

  it('masks a key file line by line, in JSON too', () => {
    const lines = Array.from({ length: 4 }, (_, i) => `MIIEvQ${i}BADANBgkqhkiG9w0BAQEFAASCBKcwgg/+`);
    const key = ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n');
    const secrets = secretsOf(JSON.stringify({ private_key: key }));
    const redacted = secrets.redact(`${key}\n${JSON.stringify({ note: key })}\n${Buffer.from(key).toString('base64')}`);
    for (let i = 0; i < lines.length; i++) expect(redacted).not.toContain(`MIIEvQ${i}`);
    expect(redacted).not.toContain(Buffer.from(lines.join('\n')).toString('base64').slice(8, 40));
  });

  it('takes a secret as text, whatever it means in a pattern', () => {
    const secret = '(a+)+$[^]{1}|\\d*?.^-/';
    expect(secretsOf(secret).redact(`x${secret}y`)).toBe('x****y');
  });

  it.each([
    ['of letters', 'x'.repeat(50_000)],
    ['that is a template', '{{ config }} '.repeat(500)],
    ['of backslashes', '\\'.repeat(20_000)],
    ['of everything', Array.from({ length: 1500 }, (_, index) => index.toString(36) + '/+=%"\\'[index % 6]).join('')],
  ])('masks a very long secret %s in every form', (_name, secret) => {
    const secrets = secretsOf(secret);
    const base64 = Buffer.from(`u:${secret}`).toString('base64');
    const printed = `<${secret}|${encodeURIComponent(secret)}|${JSON.stringify(secret)}|${base64}>`;
    // Where a secret repeats itself, a piece may match early, so that the end of a form is left.
    expect(secrets.redact(printed).replaceAll(/[*]+/g, '*').length).toBeLessThan(Math.min(4000, printed.length / 4));
  });

  it('needs little time for a hostile secret', () => {
    const secrets = secretsOf('\\'.repeat(60), '+ '.repeat(60));
    const started = performance.now();
    secrets.redact('\\'.repeat(5000) + '+ %2B'.repeat(2000));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    ['http://user:hunter2@h/x failed', 'http://****@h/x failed'],
    ['(GET http://user:p@ss@h)', '(GET http://****@h)'],
    ['{"url":"http:\\/\\/user:hunter2@h\\/x"}', '{"url":"http:\\/\\/****@h\\/x"}'],
    ['?to=http%3A%2F%2Fuser%3Ahunter2%40h%2Fx', '?to=http%3A%2F%2F****%40h%2Fx'],
    ['see https://h/@scope, or mail a@b', 'see https://h/@scope, or mail a@b'],
  ])('masks user and password of a URL: %s', (text, redacted) => {
    expect(createSecrets().redact(text)).toBe(redacted);
  });

  it.each([
    'x',
    '\\',
    '%25',
    '%',
    '&#0',
    '&#' + '0',
    '&amp;',
    '&a',
    '=3D',
    '=\n',
    '\r\n',
    '://a@',
    '://',
    '\\u0041',
    'eyJhbGciOiJIUzI1NiJ9.',
    '{"token":"',
    "'",
    'ö',
    '🚀',
  ])('takes time in proportion to a text of many %j', (run) => {
    const secrets = secretsOf('x'.repeat(40), 'p@ss w/ö+"x\\y&=<1>', `${'eyJhbGciOiJIUzI1NiJ9.'.repeat(3)}z`);
    const cpuOf = (length: number): number => {
      const text = run.repeat(length / run.length);
      const before = process.cpuUsage();
      secrets.redact(text);
      return process.cpuUsage(before).user / 1000;
    };
    cpuOf(20_000);
    expect(cpuOf(400_000)).toBeLessThan(2000);
  });

  it.each([
    ['GET https://h/x?token=abc&page=2', 'GET https://h/x?token=****&page=2'],
    ['https://h/x?a=1&sig=a%2Fb#top', 'https://h/x?a=1&sig=****#top'],
    ['{"access_token": "abc", "n": 1}', '{"access_token": "****", "n": 1}'],
    ["{'pasword': 'a\\'b', 'n': 1}", "{'pasword': '****', 'n': 1}"],
    ['{\\"api_kee\\": \\"abc\\"}', '{\\"api_kee\\": \\"****\\"}'],
    ['Authorization: Bearer abc.123-def', 'Authorization: Bearer ****'],
    ['Basic authentication is needed', 'Basic authentication is needed'],
    ['?next_page_token=abc', '?next_page_token=abc'],
    [`{"api_key": "{{ config['api_key'] }}"}`, `{"api_key": "{{ config['api_key'] }}"}`],
    ["'api_key' is a required property", "'api_key' is a required property"],
  ])('masks by name: %s', (text, redacted) => {
    expect(createSecrets().redact(text)).toBe(redacted);
  });
});

describe('redactUrl', () => {
  it.each([
    ['https://user:pass@h/p?api_key=k&limit=5', 'https://****@h/p?api_key=****&limit=5'],
    ['https://token@h/', 'https://****@h/'],
    ['https://h/known-one/x?q=known-one', 'https://h/****/x?q=****'],
    ['https://h/%zz?%zz=1&key=2', 'https://h/%zz?%zz=1&key=****'],
    ['not a url', 'not a url'],
  ])('%s', (url, redacted) => {
    expect(secretsOf('known-one').redactUrl(url)).toBe(redacted);
  });
});

describe('redactHeaders', () => {
  it('masks by name and by value', () => {
    const headers = {
      Authorization: 'Bearer x',
      'X-Api-Key': 'y',
      Cookie: 'a=b',
      Accept: '*/*',
      'X-Trace': 'known-one',
      Referer: 'https://u:p@h/?token=t',
    };
    expect(secretsOf('known-one').redactHeaders(headers)).toEqual({
      Authorization: 'Bearer ****',
      'X-Api-Key': '****',
      Cookie: '****',
      Accept: '*/*',
      'X-Trace': '****',
      Referer: 'https://****@h/?token=****',
    });
  });
});

describe('looksSecret', () => {
  it.each(
    (
      'api_key apiKey APIKEY x-api-key api_kee apikeys api_ky token tokens access_token accessToken acces_tokn refresh_token id_token client_secret clientSecret ' +
      'secret secert password Password pasword passwrod db_password passphrase pwd private_key authorization authorisation Authorization Proxy-Authorization ' +
      'cookie Set-Cookie session session_id sig signature X-Amz-Signature X-Amz-Credential key jwt bearer_token credentials subscription-key secretAccessKey password1'
    ).split(' '),
  )('takes %s for a secret', (name) => {
    expect(looksSecret(name)).toBe(true);
  });

  it.each(
    (
      'id name email user username client_id start_date page_token next_page_token nextPageToken continuation_token primary_key sort_key partition_key ' +
      'token_url token_expiry_date token_type auth_type authorization_url api_key_name password_enabled secret_id time_taken tests_passed passport keyword ' +
      'monkey cursor signature_version region sector broken cooked'
    ).split(' '),
  )('takes %s for no secret', (name) => {
    expect(looksSecret(name)).toBe(false);
  });

  it.each(['', '_', '__proto__', 'x'.repeat(5000)])('judges odd names too', (name) => {
    expect(looksSecret(name)).toBe(false);
  });
});

describe('collectSecrets', () => {
  const secret = { type: 'string', airbyte_secret: true };

  it.each<[string, Json, JsonObject, string[]]>([
    ['a property', { a: 'v', b: 'w' }, { properties: { a: secret, b: {} } }, ['v']],
    ['a number', { a: 12 }, { properties: { a: secret } }, ['12']],
    [
      'nothing that is empty, absent or a switch',
      { a: '', b: null, c: true },
      { properties: { a: secret, b: secret, c: secret, d: secret } },
      [],
    ],
    [
      'each branch of oneOf, anyOf and allOf',
      { c: { x: 'v1', y: 'v2', z: 'v3' } },
      {
        properties: {
          c: { oneOf: [{ properties: { x: secret } }, { anyOf: [{ properties: { y: secret } }] }], allOf: [{ properties: { z: secret } }] },
        },
      },
      ['v1', 'v2', 'v3'],
    ],
    ['lists', { l: ['v1', { k: 'v2' }] }, { properties: { l: { items: { airbyte_secret: true } } } }, ['v1', 'v2']],
    ['a secret list', { l: ['v1', 'v2'] }, { properties: { l: secret } }, ['v1', 'v2']],
    ['tuples', { l: ['p', 'v'] }, { properties: { l: { prefixItems: [{}, secret] } } }, ['v']],
    [
      'a reference, cyclic too',
      { a: { a: { b: 'v' } } },
      { $ref: '#/$defs/n', $defs: { n: { properties: { a: { $ref: '#/$defs/n' }, b: secret } } } },
      ['v'],
    ],
    ['a reference into nowhere', { a: 'v' }, { properties: { a: { $ref: '#/none' } } }, []],
    [
      'additional and pattern properties',
      { x1: 'v1', y: 'v2' },
      { patternProperties: { '^x': {} }, additionalProperties: secret },
      ['v1', 'v2'],
    ],
    ['names that look secret', { api_kee: 'value', nested: { pasword: 'other' } }, {}, ['value', 'other']],
    [
      'no choices',
      { auth: 'basic-auth', token: 'fixed' },
      { properties: { auth: { const: 'basic-auth' }, token: { enum: ['fixed'] } } },
      [],
    ],
    [
      'passwords in URLs',
      { url: 'https://user:pass%20word@h/', other: 'ftp://token@h', plain: 'https://h/a@b' },
      {},
      ['pass%20word', 'pass word', 'token'],
    ],
    ['no names of secrets', { auth: 'api_key', key: 'id' }, {}, []],
    ['secrets that read like names', { api_key: 'SeCrEt-k3y-900' }, {}, ['SeCrEt-k3y-900']],
    ['no injected manifest', { __injected_declarative_manifest: { api_token: 'abcdef' } }, {}, []],
    [
      'secrets inside of a secret that is JSON',
      { account: '{"private_key": "inner", "project": "p"}' },
      { properties: { account: secret } },
      ['{"private_key": "inner", "project": "p"}', 'inner'],
    ],
    ['a secret that only starts like JSON', { a: '{not' }, { properties: { a: secret } }, ['{not']],
    ['nothing of the prototype', JSON.parse('{"__proto__": {"a": "v"}, "constructor": "w"}'), { properties: {} }, []],
    ['a config that is no object', 'text', { properties: { a: secret } }, []],
  ])('finds %s', (_name, config, spec, found) => {
    expect(collectSecrets(config, spec).sort()).toEqual([...found].sort());
  });
});

describe('addPassing', () => {
  it('remembers the latest secrets only, and the others for good', () => {
    const secrets = secretsOf('lasting-secret');
    for (let i = 0; i < 1000; i++) secrets.addPassing(`Bearer passing-${i}-token`);
    expect(secrets.redact('lasting-secret, passing-999-token, passing-800-token')).toBe('****, ****, ****');
    expect(secrets.redact('passing-799-token')).toBe('passing-799-token');
  });
});

describe('addCookie', () => {
  it('remembers values as long as sessions have, and no tokens less for them', () => {
    const secrets = secretsOf();
    secrets.addPassing('access-token-1');
    for (let i = 0; i < 500; i++) secrets.addCookie(`session-${i}`);
    for (const plain of ['en-US', 'english', '2026-01-01', '1767225600']) secrets.addCookie(plain);
    expect(secrets.redact('english 2026-01-01 1767225600')).toBe('english 2026-01-01 1767225600');
    expect(secrets.redact('access-token-1, session-499, en-US, session-1')).toBe('****, ****, en-US, session-1');
  });
});

describe('addLinked', () => {
  it('masks the password of a link in what people read, and leaves it in data', () => {
    const secrets = secretsOf();
    secrets.addLinked('https://user:hunter2pass@h/x');
    expect([secrets.redact('hunter2pass'), secrets.redactData('hunter2pass')]).toEqual(['****', 'hunter2pass']);
  });
});

describe('redactData', () => {
  it('masks registered secrets in any form and leaves everything else, secret-like names too', () => {
    const secrets = secretsOf('correct-horse', 'abc');
    const text = `{"a":"correct-horse","b":"${Buffer.from('correct-horse').toString('base64')}","token":"page-2","id":"abc"}`;
    expect(secrets.redactData(text)).toBe('{"a":"****","b":"****","token":"page-2","id":"abc"}');
    expect(createSecrets().redactData(text)).toBe(text);
  });

  it('masks what is registered later', () => {
    const secrets = secretsOf('abc');
    expect(secrets.redactData('new-token')).toBe('new-token');
    secrets.addPassing('new-token');
    expect(secrets.redactData('new-token')).toBe('****');
  });
});
