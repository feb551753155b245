#!/usr/bin/env node
// Starts the bundle with what its functions were compiled to when it was built; where another Node runs it, it compiles them itself.
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

/** The scripts of the files that were run, by name. */
const scripts = new Map();
/** The pieces that those files hold, as functions, and the files of all pieces. */
const pieces = {};
const places = { 'main.js': 'source-declarative.js' };
/** What the pieces that were run have given. */
const given = new Map();

/** Runs a file that lies here: it adds its pieces. */
function run(name) {
  const { Script } = require('node:vm');
  const filename = path.join(__dirname, name);
  const cache = `${filename}.${process.arch}-${process.version}.cache`;
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(existsSync(cache) ? { cachedData: readFileSync(cache) } : {}),
  });
  scripts.set(name, script);
  script.runInThisContext()(pieces, places);
}

/** Runs a piece, once, and gives its exports. */
function link(name) {
  const known = given.get(name);
  if (known !== undefined) return known;
  if (!scripts.has(places[name])) run(places[name]);
  const exports = {};
  given.set(name, exports);
  pieces[name](exports, require, link, obtain, abroad);
  return exports;
}

/** Runs a piece that is imported dynamically. */
async function obtain(id) {
  return link(path.basename(id));
}

/** Imports what is not of the bundle. */
function abroad(id) {
  return import(id);
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

if (typeof JSON.rawJSON === 'function' && typeof Array.fromAsync === 'function') link('main.js');
else startNewerNode();

module.exports = { scripts, link };
