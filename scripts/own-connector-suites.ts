import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { startAnalyticsApi } from '../src/testing/analytics-api.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** So few that each has an id: every 101st row of the API has none, which connector-acceptance-test refuses. */
const ROWS = 100;
const STANDARD_TESTS = `from airbyte_cdk.test.standard_tests.docker_base import DockerConnectorTestSuite

pytest_plugins = ["airbyte_cdk.test.standard_tests.pytest_hooks"]


class TestSuite(DockerConnectorTestSuite):
    pass
`;
/** Markers that connector-acceptance-test uses and its package does not declare. */
const MARKERS = '[pytest]\nmarkers =\n    default_timeout\n    slow\n    backward_compatibility\n';

/** What a suite needs: where its environments are, and the image of the bundled connector. */
export interface SuiteOptions {
  readonly clients: string;
  readonly work: string;
  readonly image: string;
  /** Which of the suites to run. */
  readonly suites: readonly string[];
}

/** The summary line of a suite of Airbyte's, or why it did not run. */
export interface SuiteResult {
  readonly name: string;
  readonly summary: string | undefined;
  readonly skipped?: string;
}

/** Runs Airbyte's standard tests and connector-acceptance-test on the bundled connector, as its folder and its image are, against the local API. */
export async function runOwnConnectorSuites(options: SuiteOptions): Promise<SuiteResult[]> {
  const api = await startAnalyticsApi({ rows: ROWS, resources: 700, seed: 1 });
  const folder = mkdtempSync(path.join(tmpdir(), 'source-declarative-'));
  const cat = `source-declarative-${process.pid}:clients`;
  try {
    copyConnector(folder, api.url, cat);
    docker('tag', options.image, cat);
    const results: SuiteResult[] = [];
    for (const name of options.suites) results.push(await suite(name, options, folder));
    return results;
  } finally {
    docker('rmi', cat);
    rmSync(folder, { recursive: true, force: true });
    await api.close();
  }
}

function copyConnector(folder: string, url: string, image: string): void {
  mkdirSync(path.join(folder, 'integration_tests'));
  const tests = readdirSync(path.join(ROOT, 'integration_tests')).filter((name) => name.endsWith('.json'));
  for (const file of ['metadata.yaml', 'manifest.yaml', 'spec.json', 'icon.svg', ...tests.map((name) => `integration_tests/${name}`)]) {
    copyFileSync(path.join(ROOT, file), path.join(folder, file));
  }
  for (const name of ['config.json', 'invalid_config.json']) {
    const file = path.join(folder, 'integration_tests', name);
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), base_url: url }));
  }
  const tested = readFileSync(path.join(ROOT, 'acceptance-test-config.yml'), 'utf8').replace(
    /^connector_image: .*$/m,
    `connector_image: ${image}`,
  );
  writeFileSync(path.join(folder, 'acceptance-test-config.yml'), tested);
  writeFileSync(path.join(folder, 'integration_tests/test_airbyte_standards.py'), STANDARD_TESTS);
  writeFileSync(path.join(folder, 'pytest.ini'), MARKERS);
}

/** The environment of a suite and its arguments for pytest. */
function commandOf(name: string, image: string, folder: string): { environment: string; args: string[] } {
  if (name === 'own-cat') {
    const plugins = ['-p', 'cat_docker', '-p', 'connector_acceptance_test.plugin', '-p', 'no:sugar'];
    return { environment: 'cat', args: ['-c', path.join(folder, 'pytest.ini'), '--acceptance-test-config', folder, ...plugins] };
  }
  const plugins = ['-p', 'airbyte_cdk.test.standard_tests.pytest_hooks', '--rootdir', folder];
  // It asks a server of Airbyte's for the published connector, which there is none of.
  const choice = ['--read-from-streams', 'all', '-k', 'not backward_compatibility'];
  const file = path.join(folder, 'integration_tests/test_airbyte_standards.py');
  return { environment: 'cdk', args: [...plugins, '--connector-image', image, ...choice, file] };
}

/** Runs pytest in the connector's folder. */
async function suite(name: string, options: SuiteOptions, folder: string): Promise<SuiteResult> {
  const { environment, args } = commandOf(name, options.image, folder);
  const venv = path.join(options.work, 'venv', environment);
  if (!existsSync(path.join(venv, '.made-from'))) return { name, summary: undefined, skipped: `needs \`setup ${environment}\`` };
  const hosts = path.join(options.clients, 'containers-host.conf');
  // The API is served by this process, so it must not stand still meanwhile.
  const child = spawn(path.join(venv, 'bin/python'), ['-m', 'pytest', '-q', '-rfE', '-p', 'no:cacheprovider', '--color=no', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PATH: `${path.join(venv, 'bin')}:${process.env['PATH']}`,
      PYTHONPATH: path.join(options.clients, 'cat'),
      PYTHONDONTWRITEBYTECODE: '1',
      DO_NOT_TRACK: '1',
      CONTAINERS_CONF: hosts,
      CONTAINERS_CONF_OVERRIDE: hosts,
    },
  });
  const output = text(child.stdout);
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const stdout = await output;
  for (const line of stdout.split('\n')) if (/^(FAILED|ERROR) /.test(line)) console.log(`       ${line}`);
  return { name, summary: /^(?:=* ?)?(\d+ (?:passed|failed).*) in /m.exec(stdout)?.[1] };
}

function docker(...args: string[]): void {
  spawnSync('docker', args, { stdio: 'ignore' });
}
