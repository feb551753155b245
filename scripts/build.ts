import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { storeCodeCache } from './store-code-cache.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Loaded when they are first needed, each a file of its own: by the names that dynamic imports have for them, what their file exports. */
const LIBRARIES: Readonly<Record<string, { readonly file: string; readonly exports: string }>> = {
  'any-ascii': { file: 'any-ascii.js', exports: "export { default } from 'any-ascii'" },
  yaml: { file: 'yaml.js', exports: "export * from 'yaml'" },
  yauzl: { file: 'yauzl.js', exports: "export * from 'yauzl'" },
  saxes: { file: 'saxes.js', exports: "export * from 'saxes'" },
  '@cfworker/json-schema': { file: 'json-schema.js', exports: "export * from '@cfworker/json-schema'" },
  './undici.ts': { file: 'undici.js', exports: "export * from './src/http/undici.ts'" },
};

/** Leaves the libraries out of the bundle. */
const withoutLibraries: Plugin = {
  name: 'without-libraries',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path: name, kind }) => {
      const library = kind === 'dynamic-import' && Object.hasOwn(LIBRARIES, name) ? LIBRARIES[name] : undefined;
      return library && { path: `./${library.file}`, external: true };
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
  logLevel: 'warning',
};

const MAIN = path.join(dist, 'source-declarative.js');

/** Has the launcher load the files beside the bundle, under a name as long as `import`, which the source map is made for; any other import is of a user's file. */
function requireLibraries(): void {
  const text = readFileSync(MAIN, 'utf8');
  const files = Object.values(LIBRARIES).map(({ file }) => file);
  const pattern = new RegExp(`import\\("\\./(${files.map((file) => file.replaceAll('.', '\\.')).join('|')})"\\)`, 'g');
  const found = new Set([...text.matchAll(pattern)].map(([, file]) => file));
  for (const file of files) if (!found.has(file)) throw new Error(`nothing loads ${file}`);
  writeFileSync(MAIN, text.replace(pattern, 'obtain("./$1")'));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');
await build({
  ...OPTIONS,
  entryPoints: [path.join(root, 'src/main.ts')],
  outfile: MAIN,
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [withoutLibraries, withoutSubprocesses],
});
requireLibraries();
for (const { file, exports } of Object.values(LIBRARIES)) {
  const stdin = { contents: exports, resolveDir: root, loader: 'ts' } as const;
  await build({ ...OPTIONS, stdin, outfile: path.join(dist, file), plugins: [withoutHttp2] });
}
const launcher = path.join(dist, 'main.js');
copyFileSync(path.join(root, 'scripts/launcher.cjs'), launcher);
chmodSync(launcher, 0o755);
await storeCodeCache();
console.error(`dist/source-declarative.js: ${Math.round(statSync(MAIN).size / 1024)} kB`);
