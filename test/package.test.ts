import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '..');

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

const packageFile = JSON.parse(read('package.json')) as { version: string; name: string; dependencies: Record<string, string> };
const metadata = (parse(read('metadata.yaml')) as { data: Record<string, unknown> }).data;
const manifest = parse(read('manifest.yaml')) as { spec: { connection_specification: unknown } };

describe('the files of the connector agree', () => {
  it('on its version', () => {
    expect(metadata['dockerImageTag']).toBe(packageFile.version);
    expect(read('Dockerfile')).toContain(`ARG VERSION=${packageFile.version}\n`);
    expect(read('CHANGELOG.md')).toContain(`## [${packageFile.version}]`);
  });

  it('on its name', () => {
    expect(metadata['dockerRepository']).toBe(packageFile.name);
    expect(read('Dockerfile')).toContain(`io.airbyte.name="${packageFile.name}"`);
  });

  it('on the image it is built from', () => {
    const [engine = ''] = read('Dockerfile').split(/^FROM engine AS connector$/m);
    const name = /io\.airbyte\.name="([^"]+)"/.exec(engine)?.[1];
    expect(metadata['connectorBuildOptions']).toEqual({ baseImage: `${name}:${packageFile.version}` });
  });

  it('on what there is to show and to test', () => {
    expect(existsSync(path.join(ROOT, metadata['icon'] as string))).toBe(true);
    const streams = (JSON.parse(read('integration_tests/configured_catalog.json')) as { streams: { stream: { name: string } }[] }).streams;
    expect(metadata['suggestedStreams']).toEqual({ streams: streams.map(({ stream }) => stream.name) });
    const named = [...read('acceptance-test-config.yml').matchAll(/(?:_path): (\S+)$/gm)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('on what a config looks like', () => {
    expect(JSON.parse(read('spec.json'))).toEqual(manifest.spec.connection_specification);
  });

  it('on how the image is started', () => {
    const dockerfile = read('Dockerfile');
    const words = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    expect(/^ENV AIRBYTE_ENTRYPOINT="(.*)"$/m.exec(dockerfile)?.[1]).toBe(words.join(' '));
    expect(words.every((word) => word.startsWith('/'))).toBe(true);
  });
});

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly hashes?: readonly unknown[];
    readonly licenses?: readonly unknown[];
  }[];
}

describe('the bill of materials', () => {
  it('names each package of which something is in the bundle, with version, hash and license, and no other', () => {
    const work = mkdtempSync(path.join(tmpdir(), 'bom-'));
    onTestFinished(() => rmSync(work, { recursive: true }));
    const file = path.join(work, 'sbom.cdx.json');
    execFileSync(process.execPath, ['scripts/write-sbom.ts', file], { cwd: ROOT, stdio: 'ignore' });
    const bom = JSON.parse(readFileSync(file, 'utf8')) as Bom;
    expect([bom.bomFormat, bom.metadata.component]).toEqual([
      'CycloneDX',
      expect.objectContaining({ name: packageFile.name, version: packageFile.version }),
    ]);
    const named = bom.components.map(({ name, version }) => `${name}@${version}`).sort();
    expect(named).toEqual([...(JSON.parse(read('dist/packages.json')) as string[])].sort());
    expect(bom.components.filter(({ hashes = [], licenses = [] }) => hashes.length === 0 || licenses.length === 0)).toEqual([]);
    // What the source maps say that the bundle was made of.
    const maps = readdirSync(path.join(ROOT, 'dist')).filter((name) => name.endsWith('.map'));
    const sources = maps.flatMap((name) => (JSON.parse(read(`dist/${name}`)) as SourceMap).sections.flatMap(({ map }) => map.sources));
    const bundled = new Set(sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []));
    expect(bundled.size).toBeGreaterThan(5);
    expect([...bundled].filter((name) => !bom.components.some((component) => component.name === name))).toEqual([]);
  });

  it('is in the image, which has nothing of npm but the bundle', () => {
    const dockerfile = read('Dockerfile');
    const [, image = ''] = dockerfile.split(/^FROM .* AS engine$/m);
    expect(dockerfile).toMatch(/node scripts\/build\.ts && node scripts\/write-sbom\.ts dist\/sbom\.cdx\.json/);
    expect(dockerfile).toContain('cp -r dist /image/usr/local/lib/source-declarative');
    expect(image).toContain('COPY --from=build /image/ /');
    expect(image).not.toMatch(/npm |node_modules/);
  });
});

interface SourceMap {
  readonly sections: readonly { readonly map: { readonly sources: readonly string[] } }[];
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, LockedPackage>> };
const atRunTime = Object.entries(lock.packages).filter(([place, { dev }]) => place !== '' && dev !== true);

describe('what the connector runs on', () => {
  it('is locked, with the hash of each package', () => {
    const { '': project } = lock.packages;
    expect(project?.dependencies).toEqual(packageFile.dependencies);
    expect(atRunTime.length).toBeGreaterThan(Object.keys(packageFile.dependencies).length - 1);
    expect(atRunTime.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([place]) => place)).toEqual([]);
  });

  it('runs nothing when it is installed', () => {
    const installed = atRunTime.map(([place]) => place).filter((place) => existsSync(path.join(ROOT, place, 'package.json')));
    expect(installed.length).toBeGreaterThan(5);
    const withScripts = installed.filter((place) => {
      const { scripts = {} } = JSON.parse(read(`${place}/package.json`)) as { readonly scripts?: Readonly<Record<string, string>> };
      return ['preinstall', 'install', 'postinstall'].some((name) => name in scripts) || existsSync(path.join(ROOT, place, 'binding.gyp'));
    });
    const locked = atRunTime.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([place]) => place);
    expect([...withScripts, ...locked]).toEqual([]);
  });
});
