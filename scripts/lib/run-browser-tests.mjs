/**
 * `npm run test:browser`: streams of a real MediaMTX in a headless Chromium. The simulator has no HLS and no WebRTC, so
 * without a real one there is nothing to test, and Chromium is not brought either.
 */
import { ensureBuilt } from './build.mjs';
import { ensureMediaServer } from './media-server.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { EXIT_MISSING, ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_BROWSER, FOR_SERVICE } from './programs.mjs';
import { conclude, Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';
import { runVitest } from './vitest.mjs';

/** @param {readonly string[]} words handed to vitest */
export function main(words) {
  return conclude(async () => {
    await ensurePrograms(FOR_SERVICE, thisMachine());
    await ensurePackages(PROJECT);
    await ensureBuilt(PROJECT);
    const server = await ensureMediaServer(process.env.MEDIAMTX_BIN);
    if (server.kind !== 'mediamtx') {
      const sentence = 'The browser suite needs a real MediaMTX: the simulator has no HLS and no WebRTC.';
      throw new Stop(`${sentence} MEDIAMTX_BIN=/path/to/mediamtx names one.`, EXIT_MISSING);
    }
    process.env.MEDIAMTX_BIN = server.command;
    await ensurePrograms(FOR_BROWSER, thisMachine());
    const { passed, report } = await runVitest(['--project=browser', ...words]);
    process.stdout.write(`\nMediaMTX ${server.version}: ${report.passed} passed, ${report.failed} failed\n`);
    if (!passed) throw new Stop('Not everything passed.');
  });
}
