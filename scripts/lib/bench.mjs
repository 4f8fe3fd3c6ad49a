/** Brings what the figures need, compiles the service and the bench, and hands over to scripts/bench/main.ts. */
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
    const bench = await import(`${PROJECT}/.cache/scripts/scripts/bench/main.js`);
    process.exitCode = await bench.main(words);
  });
}
