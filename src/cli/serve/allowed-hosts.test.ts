import { describe, expect, it } from 'vitest';
import { createAllowedHosts } from './allowed-hosts.ts';

const here = { host: '127.0.0.1', allowed: [] };
const everywhere = { host: '0.0.0.0', allowed: [] };
const named = { host: '0.0.0.0', allowed: ['Builder.example.com'] };

describe('createAllowedHosts', () => {
  it.each([
    [here, { host: '127.0.0.1:8000' }],
    [here, { host: 'localhost:8000' }],
    [here, { host: 'LOCALHOST' }],
    [here, { host: '[::1]:8000' }],
    [here, { host: 'localhost:8000', origin: 'http://localhost:3000' }],
    [here, {}],
    [everywhere, { host: 'manifest-server:8080' }],
    [named, { host: 'builder.example.com' }],
    [named, { host: 'builder.example.com:8080', origin: 'https://builder.example.com' }],
  ])('%j answers %j', (options, headers) => expect(createAllowedHosts(options).refusal(headers)).toBeUndefined());

  it.each([
    [here, { host: 'evil.example.com' }],
    [here, { host: 'evil.example.com:8000' }],
    [here, { host: 'localhost.evil.example.com' }],
    [here, { host: '127.0.0.1.evil.example.com' }],
    [here, { host: '127.0.0.1:8000', origin: 'https://evil.example.com' }],
    [here, { host: '127.0.0.1:8000', origin: 'null' }],
    [here, { host: 'a b' }],
    [everywhere, { host: 'manifest-server:8080', origin: 'http://evil.example.com' }],
    [named, { host: 'manifest-server:8080' }],
  ])('%j refuses %j, and names --allow-host', (options, headers) =>
    expect(createAllowedHosts(options).refusal(headers)).toContain('--allow-host'),
  );
});
