import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
// A CommonJS bundle starts faster than an ES module: importing node:http from an ES module loads far more of Node.
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');

/** Starts the bundle, by the Node that the project brings where the present one is too old for it. */
const LAUNCHER = `#!/usr/bin/env node
if (typeof JSON.rawJSON === 'function' && typeof Array.fromAsync === 'function') {
  require('node:module').enableCompileCache?.();
  require('./source-declarative.js');
} else {
  const node = require('node:path').join(__dirname, '../node_modules/node/bin/node');
  if (require('node:fs').existsSync(node)) {
    const child = require('node:child_process').spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => {
      if (signal === null) process.exit(code);
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    });
  } else {
    console.error('source-declarative needs Node 22 or later, and this is ' + process.version + '.');
    process.exitCode = 1;
  }
}
`;

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

await build({
  entryPoints: [path.join(root, 'src/main.ts')],
  outfile: path.join(dist, 'source-declarative.js'),
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  sourcemap: 'linked',
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Optional and native: found beside the bundle when a warehouse asks for it, or not at all.
  external: ['@duckdb/node-api'],
  plugins: [withoutHttp2, withoutSubprocesses],
  logLevel: 'warning',
});
// What was compiled once is not compiled again where Node may keep it.
writeFileSync(path.join(dist, 'main.js'), LAUNCHER, { mode: 0o755 });
console.error(`dist/source-declarative.js: ${Math.round(statSync(path.join(dist, 'source-declarative.js')).size / 1024)} kB`);
