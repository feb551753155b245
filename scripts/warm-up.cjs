/** Runs commands of the built bundle, and stores beside each of its files what its functions were compiled to: `node scripts/warm-up.cjs FILE.json`. */
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const dist = path.join(__dirname, '../dist');
const [, , file] = process.argv;
const [first, ...commands] = JSON.parse(readFileSync(file, 'utf8'));
process.argv = [process.argv[0], path.join(dist, 'main.js'), ...first];
const { scripts, link } = require('../dist/main.js');

async function warmUp() {
  const { finished, runProgram } = link('main.js');
  await finished;
  for (const command of commands) {
    const exitCode = await runProgram(command);
    if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with exit code ${exitCode}`);
  }
  for (const [name, script] of scripts)
    writeFileSync(path.join(dist, `${name}.${process.arch}-${process.version}.cache`), script.createCachedData());
}

warmUp().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
