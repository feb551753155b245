/**
 * Builds the engine's and the connector's image, each tagged with the version, on a base that is pinned: the exact Node of
 * package-lock.json, by its digest where a registry is reached, else a local `node:MAJOR-slim` that holds that very Node.
 * `node scripts/build-images.ts [--platform linux/amd64,linux/arm64] [--base REFERENCE] [--tag TAG]`. Tags get the processor as a suffix
 * when several platforms are named. Fails for an image that is more than 15 MB larger than its base; exit code 3 when no base is found.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '..');
const MOST_ADDED_BYTES = 15_000_000;
/** The platform of this machine, where the bundle is made; podman does not tell it to the Dockerfile. */
const HERE = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;
/** The exit code when there is no base to build on, which is no fault of the Dockerfile. */
const NO_BASE = 3;
const TARGETS = { 'source-declarative-manifest': 'engine', 'source-declarative': 'connector' };

interface Base {
  readonly reference: string;
  readonly digest: string | undefined;
}

function attempt(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.trim() : undefined;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}`);
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as T;
}

/** The digest under which a registry has the image; an image that was made here has none there. */
function digestOf(reference: string): string | undefined {
  const digests = attempt('docker', ['image', 'inspect', '--format', '{{range .RepoDigests}}{{.}} {{end}}', reference]) ?? '';
  return /@(sha256:[0-9a-f]{64})/.exec(digests)?.[1];
}

function findBase(platform: string | undefined): Base {
  const lock = readJson<{ packages: Record<string, { version: string }> }>('package-lock.json');
  const version = lock.packages['node_modules/node']?.version ?? '';
  const exact = `docker.io/library/node:${version}-slim`;
  if (attempt('docker', ['pull', '--quiet', ...platformOption(platform), exact]) !== undefined) {
    const digest = digestOf(exact);
    return { reference: digest === undefined ? exact : `${exact}@${digest}`, digest };
  }
  const local = `docker.io/library/node:${version.split('.')[0]}-slim`;
  const found = attempt('docker', ['run', '--rm', '--network=none', ...platformOption(platform), local, 'node', '--version']);
  if (found !== `v${version}`) {
    console.error(
      `${exact} cannot be pulled, and ${local} holds ${found ?? 'no Node that runs here'} instead of v${version}; name a base by --base.`,
    );
    process.exit(NO_BASE);
  }
  console.error(`${exact} cannot be pulled: taking ${local}, which holds the same Node`);
  return { reference: local, digest: undefined };
}

function platformOption(platform: string | undefined): string[] {
  return platform === undefined ? [] : ['--platform', platform];
}

function bytesOf(image: string): number {
  return Number(attempt('docker', ['image', 'inspect', '--format', '{{.Size}}', image]));
}

const { values } = parseArgs({ options: { platform: { type: 'string' }, base: { type: 'string' }, tag: { type: 'string' } } });
const platforms = values.platform?.split(',') ?? [undefined];
const { version } = readJson<{ version: string }>('package.json');
const revision = attempt('git', ['rev-parse', 'HEAD']) ?? 'unknown';
for (const platform of platforms) {
  const base = values.base === undefined ? findBase(platform) : { reference: values.base, digest: /@(.*)$/.exec(values.base)?.[1] };
  for (const [name, target] of Object.entries(TARGETS)) {
    const suffix = platforms.length > 1 ? `-${platform?.split('/')[1]}` : '';
    const image = `${name}:${values.tag ?? version}${suffix}`;
    const settings = {
      BASE: base.reference,
      BASE_DIGEST: base.digest ?? 'unknown',
      VERSION: version,
      REVISION: revision,
      BUILDPLATFORM: HERE,
      TARGETPLATFORM: platform ?? HERE,
    };
    const args = Object.entries(settings).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
    run('docker', ['build', '--quiet', ...platformOption(platform), ...args, '--target', target, '--tag', image, '.']);
    const made = attempt('docker', ['image', 'inspect', '--format', '{{.Os}}/{{.Architecture}}', image]);
    if (made !== (platform ?? HERE))
      throw new Error(`${image} is for ${made} instead of ${platform ?? HERE}: the base has no other platform.`);
    const added = bytesOf(image) - bytesOf(base.reference);
    console.error(`${image}: ${(added / 1e6).toFixed(1)} MB more than ${base.reference}`);
    if (!(added <= MOST_ADDED_BYTES)) throw new Error(`${image} is more than ${MOST_ADDED_BYTES / 1e6} MB larger than its base.`);
  }
}
