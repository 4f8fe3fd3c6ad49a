/** A real MediaMTX for the demo and the tests: found where the service would look, else downloaded once. */
import { EXIT_MISSING } from './prerequisites.mjs';
import { Stop, say } from './progress.mjs';
import { PROJECT } from './project.mjs';

const PROGRESS_EVERY_MS = 3000;

/**
 * @typedef {{ kind: 'mediamtx' | 'simulator', command: string, version: string }} FoundServer
 * @param {string} [named] the one program to take, an absolute path; nothing is downloaded then
 * @returns {Promise<FoundServer>} the simulator where there is no MediaMTX and none can be had within 60 s; says why
 * @throws {Stop} when the named program is no MediaMTX of the right version
 */
export async function ensureMediaServer(named) {
  const { findMediaServer } = await built('adapters/mediamtx/finder.js');
  const cacheFolder = await cacheOf();
  const settings = {
    binary: named || 'auto',
    searchPath: process.env.PATH ?? '',
    cacheFolder,
    simulator: { command: process.execPath, script: `${PROJECT}/dist/simulators/media-server/main.js` },
  };
  const find = () => findMediaServer(settings, new AbortController().signal);
  const found = await find().catch((error) => {
    throw new Stop(`${error.message.replace('mediamtx.binary', 'MEDIAMTX_BIN')}.`, EXIT_MISSING);
  });
  if (found.kind === 'mediamtx') return found;
  await download(cacheFolder);
  return find();
}

async function download(cacheFolder) {
  const { downloadMediaMtx } = await built('adapters/mediamtx/download.js');
  const { releaseArchitecture } = await built('adapters/mediamtx/release.js');
  const { PINNED_VERSION } = await built('adapters/mediamtx/version.js');
  say(`Downloading MediaMTX ${PINNED_VERSION}, since there is none here (at most 60 s) ...`);
  let lastSaidMs = performance.now();
  const progress = (receivedBytes, totalBytes) => {
    if (performance.now() - lastSaidMs < PROGRESS_EVERY_MS) return;
    lastSaidMs = performance.now();
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    say(`  ${megabytes(receivedBytes)} of ${totalBytes === null ? '?' : megabytes(totalBytes)} MB`);
  };
  try {
    const architecture = releaseArchitecture(process.arch, process.config.variables.arm_version);
    const { notice } = await downloadMediaMtx(
      { cacheFolder, architecture, progress },
      new AbortController().signal,
    );
    say(notice ?? '  done, its checksum is right');
  } catch (error) {
    say(`  ${error.message}${error.suggestion ? `. ${error.suggestion}` : ''}`);
  }
}

/** Where the service itself looks for a download. */
async function cacheOf() {
  const { cacheFolder } = await built('wiring/assemble.js');
  return cacheFolder();
}

function built(module) {
  return import(`${PROJECT}/dist/${module}`);
}
