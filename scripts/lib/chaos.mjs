/** Brings what chaos needs, builds the service and chaos itself, and runs it in this terminal. */
import { spawn } from 'node:child_process';
import { ensureBuilt, ensureScriptsBuilt } from './build.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_SERVICE } from './programs.mjs';
import { conclude } from './progress.mjs';
import { PROJECT } from './project.mjs';

/** @param {readonly string[]} words the command line after `--` */
export function main(words) {
  return conclude(async () => {
    await ensurePrograms(FOR_SERVICE, thisMachine());
    await ensurePackages(PROJECT);
    await ensureBuilt(PROJECT);
    await ensureScriptsBuilt(PROJECT);
    process.exitCode = await run([`${PROJECT}/.cache/scripts/scripts/chaos/main.js`, ...words]);
  });
}

/** Ctrl-C reaches the child by the terminal; this process waits for its end. @returns {Promise<number>} its exit code */
function run(command) {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
  const child = spawn(process.execPath, command, { cwd: PROJECT, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
