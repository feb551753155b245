import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
// A CommonJS bundle starts faster than an ES module: importing node:http from an ES module loads far more of Node.
writeFileSync(path.join(dist, 'package.json'), '{ "type": "commonjs" }\n');

/** HTTP/2 is not used: without its module a request loads neither node:http2 nor what comes with it. */
const withoutHttp2: Plugin = {
  name: 'without-http2',
  setup({ onLoad }) {
    onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: "module.exports = () => { throw new Error('HTTP/2 is not supported'); };",
    }));
  },
};

await build({
  entryPoints: [path.join(root, 'src/main.ts')],
  outfile: path.join(dist, 'main.js'),
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  sourcemap: 'linked',
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  banner: { js: '#!/usr/bin/env node' },
  plugins: [withoutHttp2],
  logLevel: 'warning',
});
console.error(`dist/main.js: ${Math.round(statSync(path.join(dist, 'main.js')).size / 1024)} kB`);
