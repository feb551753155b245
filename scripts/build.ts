import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { storeCodeCache } from './store-code-cache.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Loaded when they are first needed, each a file of its own: by the names that dynamic imports have for them, what their file exports. */
const PARTS: Readonly<Record<string, { readonly file: string; readonly exports: string }>> = {
  'any-ascii': { file: 'any-ascii.js', exports: "export { default } from 'any-ascii'" },
  'js-yaml': { file: 'js-yaml.js', exports: "export { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE } from 'js-yaml'" },
  yaml: { file: 'yaml.js', exports: "export * from 'yaml'" },
  yauzl: { file: 'yauzl.js', exports: "export * from 'yauzl'" },
  saxes: { file: 'saxes.js', exports: "export * from 'saxes'" },
  '@cfworker/json-schema': { file: 'json-schema.js', exports: "export * from '@cfworker/json-schema'" },
  './undici.ts': { file: 'undici.js', exports: "export * from './src/http/undici.ts'" },
  'json-schema-to-typescript': { file: 'json-schema-to-typescript.js', exports: "export { compile } from 'json-schema-to-typescript'" },
  '../manifest/dlt/export/index.ts': { file: 'dlt-export.js', exports: "export * from './src/manifest/dlt/export/index.ts'" },
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

/** What stands in for a module that a library asks for and that our use of it does not need, or takes long to load. */
interface StandIn {
  readonly name: RegExp;
  readonly importer: RegExp;
  readonly contents: string;
}

const STAND_INS: readonly StandIn[] = [
  // HTTP/2 is not used: without its module a request loads neither node:http2 nor what comes with it.
  {
    name: /\/client-h2\.js$/,
    importer: /[\\/]undici[\\/]/,
    contents: "module.exports = () => { throw new Error('HTTP/2 is not supported'); };",
  },
  // Of Node's own HTTP client undici asks only for a limit and a class, and the module takes long to load.
  {
    name: /^node:http$/,
    importer: /[\\/]undici[\\/]/,
    contents: 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };',
  },
  // Loaded when an assertion fails: it opens stderr, among others.
  {
    name: /^node:assert$/,
    importer: /[\\/]undici[\\/]/,
    contents: "module.exports = (value, message) => { if (!value) require('node:assert')(value, message); };",
  },
  // Commander can start other programs; ours are within, and node:child_process is slow to load.
  { name: /^node:child_process$/, importer: /[\\/]commander[\\/]/, contents: 'module.exports = {};' },
  // Types are laid out by typegen itself, so the formatter stays away.
  { name: /^prettier$/, importer: /[\\/]json-schema-to-typescript[\\/]/, contents: 'module.exports = {};' },
];

/** Puts the stand-ins in. */
const withStandIns: Plugin = {
  name: 'with-stand-ins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path: asked, importer, namespace }) => {
      const index = namespace === 'file' ? STAND_INS.findIndex((one) => one.name.test(asked) && one.importer.test(importer)) : -1;
      return index < 0 ? undefined : { path: String(index), namespace: 'stand-in' };
    });
    onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path: index }) => ({ contents: (STAND_INS[Number(index)] as StandIn).contents }));
  },
};

const OPTIONS = {
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
  // Optional and native: found beside the bundle when a warehouse asks for it, or not at all.
  external: ['@duckdb/node-api'],
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: root,
  // The compiler of types prints its every step where this variable is set.
  define: { 'process.env.VERBOSE': 'undefined' },
} satisfies BuildOptions;

/** The packages, as name@version, that something of went into a file. */
function packagesOf({ inputs }: Metafile): string[] {
  const folders = Object.keys(inputs).flatMap((file) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    return `${name}@${version}`;
  });
}

const LOADS_PART = new RegExp(
  `import\\("\\./(${Object.values(PARTS)
    .map(({ file }) => file.replaceAll('.', '\\.'))
    .join('|')})"\\)`,
  'g',
);
const LOADS_OTHER = /(?<![\w$.])import\(/g;

/**
 * Makes a file the function that the launcher runs: it loads the parts, and what lies elsewhere, under names as long as `import`, which the
 * source map is made for.
 */
function wrap(file: string): void {
  const source = readFileSync(file, 'utf8');
  // The launcher reads files as Latin-1, which is quicker; esbuild escapes texts, but not regular expressions.
  const [letter] = /[^\0-\x7f].{0,20}/.exec(source) ?? [];
  if (letter !== undefined) throw new Error(`${file} holds letters beyond ASCII, which a regular expression must escape: ${letter}`);
  const code = source.replace(LOADS_PART, 'obtain("./$1")').replace(LOADS_OTHER, 'abroad(');
  writeFileSync(file, `(function (exports, require, module, obtain, abroad) {${code}\n})`);
}

/** Builds one file of the bundle; gives the packages that went into it. */
async function bundle(file: string, options: BuildOptions): Promise<string[]> {
  const outfile = path.join(dist, file);
  const { metafile } = await build({
    ...OPTIONS,
    ...options,
    metafile: true,
    outfile,
    plugins: [withoutParts, withStandIns],
  });
  wrap(outfile);
  return packagesOf(metafile);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');
const packages = await bundle('source-declarative.js', { entryPoints: [path.join(root, 'src/main.ts')] });
for (const { file, exports } of Object.values(PARTS)) {
  packages.push(...(await bundle(file, { stdin: { contents: exports, resolveDir: root, loader: 'ts' } })));
}
writeFileSync(path.join(dist, 'packages.json'), `${JSON.stringify([...new Set(packages)].sort(), undefined, 2)}\n`);
const launcher = path.join(dist, 'main.js');
copyFileSync(path.join(root, 'scripts/launcher.cjs'), launcher);
chmodSync(launcher, 0o755);
await storeCodeCache();
for (const file of ['source-declarative.js', 'spec.js', 'engine.js']) {
  console.error(`dist/${file}: ${Math.round(statSync(path.join(dist, file)).size / 1024)} kB`);
}
