/**
 * `npm run test:browser`: the inspector, and streams of a real MediaMTX, in a headless Chromium. The simulator has no HLS
 * and no WebRTC, so without a real one the inspector alone is tested.
 */
import { ensureBuilt } from './build.mjs';
import { ensureMediaServer } from './media-server.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { EXIT_MISSING, ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_BROWSER, FOR_SERVICE } from './programs.mjs';
import { conclude, Stop, say } from './progress.mjs';
import { PROJECT } from './project.mjs';
import { runVitest } from './vitest.mjs';

const STREAMS = 'tests/browser/playing.test.ts';
const WITHOUT_REAL = `NOT RUN: ${STREAMS}. The simulator has no HLS and no WebRTC; MEDIAMTX_BIN=/path/to/mediamtx names a real MediaMTX.`;

/** @param {readonly string[]} words handed to vitest */
export function main(words) {
  return conclude(async () => {
    await ensurePrograms(FOR_SERVICE, thisMachine());
    await ensurePackages(PROJECT);
    await ensureBuilt(PROJECT);
    const server = await ensureMediaServer(process.env.MEDIAMTX_BIN);
    const isReal = server.kind === 'mediamtx';
    if (isReal) process.env.MEDIAMTX_BIN = server.command;
    else say(WITHOUT_REAL);
    await ensurePrograms(FOR_BROWSER, thisMachine());
    const left = isReal ? [] : [`--exclude=${STREAMS}`];
    const { passed, report } = await runVitest(['--project=browser', ...left, ...words]);
    const name = isReal ? `MediaMTX ${server.version}` : 'Simulator, the inspector alone';
    process.stdout.write(`\n${name}: ${report.passed} passed, ${report.failed} failed\n`);
    if (!passed) throw new Stop('Not everything passed.');
    if (!isReal && process.env.REQUIRE_REAL_MEDIA_SERVER === '1') throw new Stop(WITHOUT_REAL, EXIT_MISSING);
  });
}
