import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { storeCodeCache } from './store-code-cache.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Loaded when they are first needed, each a file of its own: by the names that dynamic imports have for them, what their file exports. */
const PARTS: Readonly<Record<string, { readonly file: string; readonly exports: string }>> = {
  'any-ascii': { file: 'any-ascii.js', exports: "export { default } from 'any-ascii'" },
  yaml: { file: 'yaml.js', exports: "export * from 'yaml'" },
  yauzl: { file: 'yauzl.js', exports: "export * from 'yauzl'" },
  saxes: { file: 'saxes.js', exports: "export * from 'saxes'" },
  '@cfworker/json-schema': { file: 'json-schema.js', exports: "export * from '@cfworker/json-schema'" },
  './undici.ts': { file: 'undici.js', exports: "export * from './src/http/undici.ts'" },
  './spec.ts': { file: 'spec.js', exports: "export * from './src/cli/spec.ts'" },
  './commands.ts': { file: 'engine.js', exports: "export * from './src/cli/commands.ts'" },
};

/** Leaves what is loaded later out of a file. */
const withoutParts: Plugin = {
  name: 'without-parts',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path: name, kind }) => {
      const part = kind === 'dynamic-import' && Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
      return part && { path: `./${part.file}`, external: true };
    });
  },
};

/** HTTP/2 is not used: without its module a request loads neither node:http2 nor what comes with it. */
const withoutHttp2: Plugin = {
  name: 'without-http2',
  setup({ onLoad }) {
    onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: "module.exports = () => { throw new Error('HTTP/2 is not supported'); };",
    }));
  },
};

/** Commander can start other programs; ours are within, and node:child_process is slow to load. */
const withoutSubprocesses: Plugin = {
  name: 'without-subprocesses',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'child_process', namespace: 'absent' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  // A CommonJS bundle starts faster than an ES module: importing node:http from an ES module loads far more of Node.
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
};

const LOADS_PART = new RegExp(
  `import\\("\\./(${Object.values(PARTS)
    .map(({ file }) => file.replaceAll('.', '\\.'))
    .join('|')})"\\)`,
  'g',
);

/** Has the launcher load the parts, under a name as long as `import`, which the source map is made for; any other import is of a user's file. */
function obtainParts(file: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(LOADS_PART, 'obtain("./$1")'));
}

/** Builds one file of the bundle. */
async function bundle(file: string, options: BuildOptions): Promise<void> {
  const outfile = path.join(dist, file);
  await build({ ...OPTIONS, ...options, outfile, plugins: [withoutParts, withoutHttp2, withoutSubprocesses] });
  obtainParts(outfile);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');
await bundle('source-declarative.js', { entryPoints: [path.join(root, 'src/main.ts')] });
for (const { file, exports } of Object.values(PARTS)) {
  await bundle(file, { stdin: { contents: exports, resolveDir: root, loader: 'ts' } });
}
const launcher = path.join(dist, 'main.js');
copyFileSync(path.join(root, 'scripts/launcher.cjs'), launcher);
chmodSync(launcher, 0o755);
await storeCodeCache();
for (const file of ['source-declarative.js', 'spec.js', 'engine.js']) {
  console.error(`dist/${file}: ${Math.round(statSync(path.join(dist, file)).size / 1024)} kB`);
}
