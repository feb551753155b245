#!/usr/bin/env node
// Starts the bundle with what its functions were compiled to when it was built; where another Node runs it, it compiles them itself.
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

/** The files that were run, by name. */
const loaded = new Map();

/** Runs a file that lies here, once, and gives its exports. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.module.exports;
  const { Script } = require('node:vm');
  const filename = path.join(__dirname, name);
  const cache = `${filename}.${process.arch}-${process.version}.cache`;
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  const module = { exports: {} };
  loaded.set(name, { module, script });
  script.runInThisContext()(
    module.exports,
    require,
    module,
    async (id) => load(path.basename(id)),
    (id) => import(id),
  );
  return module.exports;
}

/** Starts the Node that the project brings, where the present one is too old. */
function startNewerNode() {
  const node = path.join(__dirname, '../node_modules/node/bin/node');
  if (!existsSync(node)) {
    console.error(`source-declarative needs Node 22 or later, and this is ${process.version}.`);
    process.exitCode = 1;
    return;
  }
  const child = require('node:child_process').spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

if (typeof JSON.rawJSON === 'function' && typeof Array.fromAsync === 'function') load('source-declarative.js');
else startNewerNode();

module.exports = { loaded };
