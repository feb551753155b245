import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { packPieces, piecesBefore } from './pack-pieces.ts';
import { storeCodeCache } from './store-code-cache.ts';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Libraries that are loaded when they are first needed, and what is asked of them: nothing else of them is in the bundle. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'any-ascii': ['default'],
  'js-yaml': ['EVENT_ID', 'getScalarValue', 'parseEvents', 'SCALAR_STYLE'],
  yaml: ['isAlias', 'isCollection', 'isMap', 'isScalar', 'isSeq', 'LineCounter', 'parseDocument', 'visit'],
  yauzl: ['fromBufferPromise', 'getFileNameLowLevel'],
  saxes: ['SaxesParser'],
  tldts: ['parse'],
  '@cfworker/json-schema': ['Validator'],
  'json-schema-to-typescript': ['compile'],
};

/** Where a library is taken from that holds another one within its main file, which the bill of materials would not name. */
const ENTRIES: Readonly<Record<string, string>> = { tldts: 'tldts/dist/es6/index.js' };

/** Throws Error when a file asks a library for more than is listed, which it would find undefined in the bundle. */
function checkAsked(file: string, library: string): void {
  for (const [, names = '', from] of readFileSync(file, 'utf8').matchAll(/\{([^{}]*)\} = await import\('([^']+)'\)/g)) {
    const missing = names.split(',').filter((name) => from === library && !LIBRARIES[library]?.includes(name.trim()));
    if (missing.length > 0)
      throw new Error(`${file} asks ${library} for${missing.join(',')}: list it among the LIBRARIES of scripts/build.ts`);
  }
}

/** Leaves of a library what is asked of it. */
const withNeededExports: Plugin = {
  name: 'with-needed-exports',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path: name, kind, importer }) => {
      if (kind !== 'dynamic-import' || !Object.hasOwn(LIBRARIES, name)) return undefined;
      checkAsked(importer, name);
      return { path: name, namespace: 'library' };
    });
    onLoad({ filter: /.*/, namespace: 'library' }, ({ path: name }) => ({
      contents: `export { ${LIBRARIES[name]?.join(', ')} } from ${JSON.stringify(ENTRIES[name] ?? name)};`,
      resolveDir: root,
    }));
  },
};

/** What stands in for a module that a library asks for and that our use of it does not need, or takes long to load. */
interface StandIn {
  readonly name: RegExp;
  readonly importer: RegExp;
  readonly contents: string;
}

/** The constants of the HTTP parser that its client asks for. */
function parserConstants(): Record<string, unknown> {
  const load = createRequire(import.meta.url);
  const constants = load('undici/lib/llhttp/constants.js') as Record<string, unknown>;
  const client = readFileSync(load.resolve('undici/lib/dispatcher/client-h1.js'), 'utf8');
  return Object.fromEntries([...client.matchAll(/\bconstants\.(\w+)/g)].map(([, name = '']) => [name, constants[name]]));
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
  // The numbers of the parser are computed now and not at each start, those that are used.
  { name: /\/llhttp\/constants\.js$/, importer: /[\\/]undici[\\/]/, contents: `module.exports = ${JSON.stringify(parserConstants())};` },
  // Names of headers are lower-cased without looking for them among those that are known.
  { name: /\/tree$/, importer: /[\\/]undici[\\/]/, contents: 'module.exports = { tree: { lookup: () => null } };' },
  // Loaded when an assertion fails: it opens stderr, among others.
  {
    name: /^node:assert$/,
    importer: /[\\/]undici[\\/]/,
    contents: "module.exports = (value, message) => { if (!value) require('node:assert')(value, message); };",
  },
  // Commander can start other programs; ours are within, and node:child_process is slow to load, as is node:process, which is at hand.
  { name: /^node:child_process$/, importer: /[\\/]commander[\\/]/, contents: 'module.exports = {};' },
  { name: /^node:process$/, importer: /[\\/]commander[\\/]/, contents: 'module.exports = process;' },
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

/** The program of the process that custom components run in, which is a file of its own. */
const GUEST = 'code-guest.mjs';

/** Says where that file lies: beside the launcher, whose `require` it is. */
const withGuestProgram: Plugin = {
  name: 'with-guest-program',
  setup({ onLoad }) {
    const file = `require.resolve(${JSON.stringify(`./${GUEST}`)})`;
    onLoad({ filter: /[\\/]cli[\\/]guest-program\.ts$/ }, () => ({
      contents: `export const guestProgram = { get file() { return ${file}; }, parts: [] };`,
    }));
  },
};

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node26',
  // What is imported dynamically becomes a piece, and what several need is shared; packPieces makes functions of them.
  format: 'esm',
  splitting: true,
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

/** The packages, as name@version, that something of went into a bundle. */
function packagesOf({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = files.flatMap((file) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    return `${name}@${version}`;
  });
}

/** The pieces that run when a source file is loaded, by the names of their files; throws Error where the source has no piece of its own. */
function piecesOf(metafile: Metafile, source: string): Set<string> {
  const [file] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
  if (file === undefined) throw new Error(`${source} has no piece of its own`);
  const piece = path.basename(file);
  return piecesBefore(piece, metafile).add(piece);
}

/** The file that a piece goes to: what a start needs, what `spec`, `check` and `read` need beyond each other, the libraries, and all the rest. */
function packsOf(metafile: Metafile): (piece: string) => string {
  const [start, spec, check, read] = ['main', 'cli/spec', 'cli/check', 'cli/read'].map((source) =>
    piecesOf(metafile, `src/${source}.ts`),
  ) as [Set<string>, Set<string>, Set<string>, Set<string>];
  const outputs = new Map(Object.entries(metafile.outputs).map(([file, output]) => [path.basename(file), output]));
  return (piece) => {
    if (start.has(piece)) return 'source-declarative.js';
    if (check.has(piece)) return spec.has(piece) ? 'manifest.js' : 'engine.js';
    if (spec.has(piece)) return 'spec.js';
    if (read.has(piece)) return 'read.js';
    const { inputs = {}, entryPoint } = outputs.get(piece) ?? {};
    const sizes = Object.entries(inputs).map(([file, { bytesInOutput }]) =>
      file.includes('node_modules') ? bytesInOutput : -bytesInOutput,
    );
    const isLibrary = entryPoint !== undefined && sizes.reduce((sum, size) => sum + size, 0) > 0;
    return isLibrary ? `${entryPoint.replace(/^.*[:/]/, '').replace(/\.ts$/, '')}.js` : 'tools.js';
  };
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');
const pieces = mkdtempSync(path.join(tmpdir(), 'source-declarative-'));
try {
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [path.join(root, 'src/main.ts')],
    outdir: pieces,
    plugins: [withNeededExports, withStandIns, withGuestProgram],
  });
  packPieces({ from: pieces, to: dist, metafile, packOf: packsOf(metafile), entry: 'main.js' });
  await build({
    ...OPTIONS,
    splitting: false,
    sourcemap: false,
    metafile: false,
    entryPoints: [path.join(root, 'src/cli/code-guest.ts')],
    outfile: path.join(dist, GUEST),
  });
  writeFileSync(path.join(dist, 'packages.json'), `${JSON.stringify(packagesOf(metafile).sort(), undefined, 2)}\n`);
} finally {
  rmSync(pieces, { recursive: true });
}
const launcher = path.join(dist, 'main.js');
copyFileSync(path.join(root, 'scripts/launcher.cjs'), launcher);
chmodSync(launcher, 0o755);
await storeCodeCache();
for (const file of readdirSync(dist).filter((name) => /\.m?js$/.test(name))) {
  console.error(`dist/${file}: ${Math.round(statSync(path.join(dist, file)).size / 1024)} kB`);
}
