/**
 * `npm run test:lab`: the service in an emulated machine with Debian's kernel and its driver `vivid`, from nothing to a
 * recording; v4l2loopback adds cameras with MJPEG and H.264. With a real MediaMTX where there is one, else with the simulator; the end says which.
 */
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureLabKernel } from './lab-kernel.mjs';
import { ensureLoopback } from './lab-loopback.mjs';
import { ensureMediaServer } from './media-server.mjs';
import { ensurePackages } from './npm-packages.mjs';
import { ensurePrograms, thisMachine } from './prerequisites.mjs';
import { FOR_LAB, FOR_SERVICE } from './programs.mjs';
import { conclude, Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';
import { notRun, secondTries } from './test-summary.mjs';
import { runVitest } from './vitest.mjs';

/** @param {readonly string[]} words handed to vitest */
export function main(words) {
  return conclude(async () => {
    await ensurePrograms([...FOR_SERVICE, ...FOR_LAB], thisMachine());
    await ensurePackages(PROJECT, { addonFor: thisMachine() });
    await ensureBuilt(PROJECT);
    const server = await ensureMediaServer(process.env.MEDIAMTX_BIN);
    if (server.kind === 'mediamtx') process.env.MEDIAMTX_BIN = server.command;
    const kernel = await ensureLabKernel(join(PROJECT, '.lab/kernel'));
    process.env.LAB_KERNEL = kernel.folder;
    const loopback = await ensureLoopback(kernel);
    process.env.LAB_LOOPBACK = loopback.module ?? '';
    process.env.LAB_NO_LOOPBACK = loopback.why;
    const { passed, report } = await runVitest(['--project=lab', ...words]);
    const name = server.kind === 'mediamtx' ? `MediaMTX ${server.version}` : 'the simulator';
    const parts = [
      `\nThe lab: ${kernel.name}, media server: ${name}`,
      notRun(report, {}),
      secondTries(report),
      `\n${report.passed} passed, ${report.failed} failed, ${report.skipped.length} not run`,
    ];
    process.stdout.write(`${parts.join('\n')}\n`);
    if (!passed) throw new Stop('Not everything passed.');
  });
}
