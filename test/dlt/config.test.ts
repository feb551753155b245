import { describe, expect, it } from 'vitest';
import { compileDlt } from '../../src/manifest/dlt/index.ts';
import { loadManifest } from '../../src/manifest/load.ts';
import { prepareManifest } from '../../src/manifest/prepare.ts';
import { readManifest } from '../../src/testing/read-manifest.ts';
import { configText, type Part, startApi } from './read-config.ts';

async function configOf(python: string): Promise<Part> {
  return (await loadManifest(python, 'pipeline.py')).manifest as Part;
}

describe('a config pasted as Python', () => {
  it('is the argument of rest_api_source, with variables, f-strings, constants and the other arguments', async () => {
    const config = await configOf(`
import dlt
from dlt.sources.rest_api import rest_api_source

BASE = "https://api.example.com"
VERSION = 2  # a comment with "quotes"

def load(page_size=100):
    source = rest_api_source({
        "client": {
            "base_url": f"{BASE}/v{VERSION}/",
            "auth": {"type": "bearer", "token": dlt.secrets["token"]},
            'headers': {'X-A': 'it''s', "X-B": """long
text"""},
        },
        "resources": [
            "posts",
            {"name": "big", "endpoint": {"params": {"limit": page_size, "ratio": -1.5e3, "flag": True, "none": None},
             "paginator": {"type": "single_page",},},},
        ],
    }, name="blog", max_table_nesting=2)
    return source
`);
    expect(JSON.parse(JSON.stringify(config))).toEqual({
      client: {
        base_url: 'https://api.example.com/v2/',
        auth: { type: 'bearer', token: 'dlt.secrets["token"]' },
        headers: { 'X-A': 'its', 'X-B': 'long\ntext' },
      },
      resources: [
        'posts',
        {
          name: 'big',
          endpoint: { params: { limit: 100, ratio: -1500, flag: true, none: null }, paginator: { type: 'single_page' } },
        },
      ],
      name: 'blog',
      max_table_nesting: 2,
    });
  });

  it('is found in a text with a block of code, and may be a dict alone', async () => {
    const dict = '{"client": {"base_url": "https://a.b"}, "resources": ["x"], }';
    const expected = { client: { base_url: 'https://a.b' }, resources: ['x'] };
    expect(await configOf(`config: RESTAPIConfig = ${dict}`)).toEqual(expected);
    expect(await configOf(`# Title\n\nText.\n\n\`\`\`python\nimport dlt\nrest_api_source(${dict})\n\`\`\`\n`)).toEqual(expected);
  });

  it("takes dlt's own classes for what they stand for", async () => {
    const config = await configOf(`
rest_api_source({
  "client": {"base_url": "https://a.b", "auth": HttpBasicAuth("u", dlt.secrets["p"]),
             "paginator": JSONLinkPaginator(next_url_path="next")},
  "resources": [{"name": "a", "endpoint": {"path": "a", "paginator": OffsetPaginator(limit=10, total_path=None)}}],
})`);
    expect(config['client']).toMatchObject({
      auth: { type: 'http_basic', username: 'u', password: 'dlt.secrets["p"]' },
      paginator: { type: 'json_link', next_url_path: 'next' },
    });
    expect(config['resources']).toMatchObject([{ endpoint: { paginator: { type: 'offset', limit: 10, total_path: null } } }]);
  });

  it('takes the braces of f-strings as Python does', async () => {
    const config = await configOf(`
PART = "{resources.posts.id}"
rest_api_source({"client": {"base_url": "https://a.b"}, "resources": [
  {"name": "c", "endpoint": {"path": f"posts/{{resources.posts.id}}/{PART}/{dlt.config['kind']}/{{{{literal}}}}"}},
]})`);
    const path = 'posts/{resources.posts.id}/{resources.posts.id}/{dlt.config["kind"]}/{{literal}}';
    expect(config['resources']).toEqual([{ name: 'c', endpoint: { path } }]);
  });

  it('keeps other code apart, which is refused where it matters', async () => {
    const text = 'rest_api_source({"client": {"base_url": "https://a.b", "paginator": MyPaginator(1)}, "resources": ["a"]})';
    await expect(prepareManifest(text, 'pipeline.py')).rejects.toThrow('client.paginator: Python code cannot run here: MyPaginator(1)');
  });
});

describe('a dlt config', () => {
  const CLIENT = { base_url: 'https://api.example.com' };

  it.each<[config: Part, path: string, message: string]>([
    [{ client: CLIENT, resources: [], extra: 1 }, 'extra', 'A dlt config has no "extra".'],
    [{ client: CLIENT, resources: [] }, 'resources', 'There is no resource to read'],
    [{ client: { ...CLIENT, base: 1 }, resources: ['a'] }, 'client.base', 'client has no "base".'],
    [{ client: CLIENT, resources: ['a', 'a'] }, 'resources[1]', 'There are two resources named "a".'],
    [{ client: CLIENT, resources: [{ endpoint: 'a' }] }, 'resources[0]', 'A resource needs a name.'],
    [{ client: CLIENT, resources: [{ name: 'a', endpoint: { pth: 'a' } }] }, 'resources[0].endpoint.pth', 'Did you mean "path"?'],
    [
      { client: CLIENT, resources: [{ name: 'a', endpoint: { method: 'PUT' } }] },
      'resources[0].endpoint.method',
      'The method cannot be "PUT".',
    ],
    [{ client: CLIENT, resources: [{ $python: 'users()' }] }, 'resources[0]', 'Python code cannot run here: users()'],
    [
      {
        client: CLIENT,
        resources: ['a', 'b', { name: 'c', endpoint: { path: '{resources.a.x}/{resources.b.y}' } }],
      },
      'resources[2].endpoint.path',
      '"c" depends on "a" already: a resource has one parent.',
    ],
  ])('%j is refused with its place', (config, path, message) => {
    const refuse = (): unknown => compileDlt(config as never);
    expect(refuse).toThrow(message);
    expect(refuse).toThrow(path);
  });

  it('tells the line of a mistake in YAML', async () => {
    const text = 'client:\n  base_url: https://a.b\nresources:\n  - name: a\n    endpoint:\n      metod: GET\n';
    await expect(prepareManifest(text, 'pipeline.yaml')).rejects.toThrow(/pipeline\.yaml:6:7[\s\S]*Did you mean "method"\?/);
  });

  it('000.3: asks for its secrets, its values and its placeholders in the spec', () => {
    const { manifest } = compileDlt({
      client: {
        base_url: 'https://api.example.com',
        auth: { type: 'bearer', token: 'dlt.secrets["sources.api.token"]' },
        headers: { 'X-Tenant': 'dlt.config["tenant"]' },
      },
      resources: [
        { name: 'a', endpoint: { path: 'datasets/{dataset_id}', params: { key: '{api_key}', size: '{size}' } } },
        { name: 'b', endpoint: { auth: 'http_basic' } },
      ],
    } as never);
    const specification = (manifest['spec'] as Part)['connection_specification'] as Part;
    expect(specification).toMatchObject({
      type: 'object',
      required: ['tenant', 'sources', 'dataset_id', 'api_key', 'size', 'username', 'password'],
      properties: {
        base_url: { type: 'string', default: 'https://api.example.com' },
        sources: { properties: { api: { properties: { token: { type: 'string', airbyte_secret: true } }, required: ['token'] } } },
        tenant: { type: ['string', 'number', 'boolean'] },
        dataset_id: { description: expect.stringContaining('resources[0].endpoint.path') },
        api_key: { airbyte_secret: true },
        password: { airbyte_secret: true },
      },
    });
    expect(JSON.stringify((specification['properties'] as Part)['tenant'])).not.toContain('airbyte_secret');
  });

  it('003.5 000.3: says what it needs when a value is missing', async () => {
    const api = await startApi();
    await expect(readManifest(configText(api, 'posts/{dataset_id}'), { config: {} })).rejects.toThrow('dataset_id');
    expect(api.requests).toEqual([]);
  });
});
