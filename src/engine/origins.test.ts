import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Standing } from '../http/credentials.ts';
import { createTemplates } from '../lang/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { ManifestError } from '../manifest/errors.ts';
import { declaredCredentialHosts } from './credential-hosts.ts';
import { createOrigins } from './origins.ts';

/** Who names a URL by a manifest in YAML and a config. */
async function standingOf(url: string, yaml: string, config: JsonObject = {}): Promise<Standing> {
  const manifest = parse(yaml) as JsonObject;
  const templates = createTemplates({ now: () => 0n });
  const listed = declaredCredentialHosts(manifest);
  return createOrigins({ listed, manifest: () => manifest, configs: [config], templates: () => templates }).standing(new URL(url));
}

const REQUESTER = (url: string): string => `streams: [{requester: {url_base: ${JSON.stringify(url)}}}]`;

describe('origins that a manifest spells out', () => {
  const manifest = REQUESTER('https://api.shop.com/v1');

  it.each([
    ['https://api.shop.com/other', 'named'],
    ['https://API.SHOP.com.:443/', 'named'],
    ['https://user:password@api.shop.com/', 'named'],
    ['https://api.shop.com:8443/', 'named'],
    ['https://eu.shop.com/', 'named'],
    ['https://shop.com/', 'named'],
    ['http://api.shop.com/', 'other'],
    ['https://api.shop.com@evil.com/', 'other'],
    ['https://api.shop.com.evil.com/', 'other'],
    ['https://evilshop.com/', 'other'],
    ['https://api.shop.co/', 'other'],
    ['https://xn--pi-7ka.shop.com/', 'named'],
    ['https://xn--shp-0na.com/', 'other'],
  ] as const)('%s is %s', async (url, standing) => {
    expect(await standingOf(url, manifest)).toBe(standing);
  });

  it.each([
    ['https://acme.github.io/', 'https://mallory.github.io/', 'other'],
    ['https://acme.myshopify.com/', 'https://mallory.myshopify.com/', 'other'],
    ['https://acme.github.io/', 'https://files.acme.github.io/', 'named'],
    ['https://files.s3.amazonaws.com/', 'https://mallory.s3.amazonaws.com/', 'other'],
    ['https://api.shop.co.uk/', 'https://mallory.co.uk/', 'other'],
    ['https://api.shop.co.uk/', 'https://eu.shop.co.uk/', 'named'],
    ['https://api.shop.internal/', 'https://files.shop.internal/', 'other'],
    ['https://10.0.0.1/', 'https://10.0.0.2/', 'other'],
    ['http://10.0.0.1/', 'https://10.0.0.1/', 'named'],
    ['http://10.0.0.1:80/', 'http://10.0.0.1/', 'named'],
    ['http://10.0.0.1/', 'http://10.0.0.1:8080/', 'other'],
    ['http://[::1]:8080/', 'http://[0::1]:8080/', 'named'],
    ['http://[::1]:8080/', 'http://[::2]:8080/', 'other'],
    ['http://localhost:1/', 'http://localhost:2/', 'other'],
    ['http://api.shop.com/', 'http://eu.shop.com/', 'other'],
    ['http://api.shop.com/', 'https://api.shop.com/', 'named'],
    ['https://bücher.com/', 'https://api.xn--bcher-kva.com/', 'named'],
  ] as const)('with %s, %s is %s', async (named, url, standing) => {
    expect(await standingOf(url, REQUESTER(named))).toBe(standing);
  });

  it('are those of any stream, token endpoint and template', async () => {
    const manifest = `
streams:
  - requester: {url: https://one.com}
  - requester:
      path: "{{ 'https://two.com/x' if config.a else stream_partition.u }}"
      authenticator: {token_refresh_endpoint: "https://three.com/token"}
definitions: {other: {url: https://four.com}}`;
    for (const host of ['one', 'two', 'three', 'four']) expect(await standingOf(`https://${host}.com/`, manifest)).toBe('named');
  });

  it('are not those of its documentation, its schemas and its messages', async () => {
    const manifest = `
spec: {documentation_url: https://docs.com/x, connection_specification: {properties: {u: {default: https://default.com}}}}
metadata: {home: https://home.com}
description: https://text.com
streams:
  - schema_loader: {schema: {$schema: http://json-schema.org/draft-07/schema#}}
    filter: {error_message: https://help.com/401}`;
    for (const url of [
      'https://docs.com',
      'https://default.com',
      'https://home.com',
      'https://text.com',
      'http://json-schema.org',
      'https://help.com',
    ])
      expect(await standingOf(url, manifest)).toBe('other');
  });
});

describe('origins that a manifest completes from the config', () => {
  const config = { base: 'https://acme.example.org/api', sub: 'acme', host: 'files.acme.org', list: ['eu', 'us'], port: 8443 };

  it.each([
    ['{{ config.base }}', 'https://acme.example.org/x', 'named'],
    ['{{ config.base }}/{{ stream_partition.id }}', 'https://acme.example.org/x', 'named'],
    ['https://{{ config.sub }}.shop.com/{{ stream_partition.id }}', 'https://acme.shop.com/', 'named'],
    ['https://{{ config.sub }}.myshopify.com/{{ stream_partition.id }}', 'https://mallory.myshopify.com/', 'other'],
    ['https://{{ stream_partition.id }}.shop.com/', 'https://eu.shop.com/', 'named'],
    ['https://api-{{ stream_partition.id }}.shop.com:8443/x', 'https://api-eu.shop.com:8443/', 'named'],
    ['https://{{ stream_partition.id }}.myshopify.com/', 'https://mallory.myshopify.com/', 'other'],
    ['https://{{ stream_partition.id }}.com/', 'https://mallory.com/', 'other'],
    ['https://{{ stream_partition.id }}shop.com/', 'https://mallory-shop.com/', 'other'],
    ['https://shop.com{{ stream_partition.id }}', 'https://shop.com.mallory.com/', 'other'],
    ['https://shop.com{{ stream_partition.id }}', 'https://shop.com/x', 'named'],
    ['{{ config.base | replace("/api", "") }}{{ stream_partition.id }}', 'https://acme.example.org/x', 'named'],
    ['https://user@{{ stream_partition.id }}', 'https://user/', 'other'],
    ['{{ stream_partition.id }}', 'https://mallory.com/', 'other'],
    ['{{ config.nothing.at.all }}', 'https://mallory.com/', 'other'],
    ['{% if config.sub %}https://yes.com{% else %}https://no.com{% endif %}/{{ stream_partition.id }}', 'https://no.com/', 'named'],
    ['', 'https://files.acme.org/', 'named'],
    ['', 'https://acme.org/', 'other'],
    ['', 'https://acme.example.org/', 'named'],
    ['', 'https://eu.example.org/', 'other'],
  ] as const)('by %j, %s is %s', async (base, url, standing) => {
    expect(await standingOf(url, REQUESTER(base), config)).toBe(standing);
  });

  it.each(['[eu, us]', '"{{ config.list }}"'])('hold each value that the list %s gives to slices', async (values) => {
    const manifest = `
streams:
  - requester: {url: "http://api.{{ stream_partition.region }}/items"}
    router: {type: ListPartitionRouter, cursor_field: region, values: ${values}}`;
    expect(await standingOf('http://api.eu/', manifest, config)).toBe('named');
    expect(await standingOf('http://api.asia/', manifest, config)).toBe('other');
  });

  it('take the parameters of their component', async () => {
    const manifest = 'streams: [{requester: {$parameters: {host: own.com}, url: "https://{{ parameters.host }}/{{ stream_slice.id }}"}}]';
    expect(await standingOf('https://own.com/', manifest)).toBe('named');
  });
});

describe('metadata.credential_hosts', () => {
  it('lists hosts', async () => {
    const manifest = 'metadata: {credential_hosts: ["*.files.com", "localhost:8080"]}';
    expect(await standingOf('https://a.files.com/', manifest)).toBe('listed');
    expect(await standingOf('http://localhost:8080/', manifest)).toBe('listed');
    expect(await standingOf('http://localhost:8081/', manifest)).toBe('other');
  });

  it.each(['https://a/b', '5', '[a b]', '[1]'])('cannot be %s', (value) => {
    const declare = () => declaredCredentialHosts(parse(`metadata: {credential_hosts: ${value}}`) as JsonObject);
    expect(declare).toThrow(ManifestError);
  });
});
