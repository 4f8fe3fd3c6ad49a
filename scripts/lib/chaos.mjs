/** Brings what chaos needs, builds the service and chaos itself, and runs it in this terminal. */
import { spawn } from 'node:child_process';
import { ensureBuilt } from './build.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_SERVICE } from './programs.mjs';
import { conclude, lastWords, runLong, Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';

/** @param {readonly string[]} words the command line after `--` */
export function main(words) {
  return conclude(async () => {
    await ensurePrograms(FOR_SERVICE, thisMachine());
    await ensurePackages(PROJECT);
    await ensureBuilt(PROJECT);
    const tsc = [
      process.execPath,
      `${PROJECT}/node_modules/typescript/bin/tsc`,
      '-p',
      'tsconfig.scripts.json',
    ];
    const { ok, lines } = await runLong('Building chaos', tsc, { cwd: PROJECT });
    if (!ok) throw new Stop(`The build failed:\n${lastWords(lines)}`);
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
