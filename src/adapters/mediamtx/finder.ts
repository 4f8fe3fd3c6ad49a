/**
 * Finds the program to launch as media server: a configured one, one on PATH, the cached download, and last the
 * simulator. Downloads nothing and starts nothing but `--version`.
 */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CameraError } from '../../machines/errors.ts';
import { run } from '../process/program-run.ts';
import { releaseFolder } from './release.ts';
import { isAcceptedVersion, PINNED_VERSION, versionIn } from './version.ts';

export interface FinderSettings {
  /** `auto`, `simulator`, or an absolute path. */
  readonly binary: string;
  /** The PATH to look through. */
  readonly searchPath: string;
  /** Absolute; where downloads are kept. */
  readonly cacheFolder: string;
  /** How the simulator is started; `script` is the file that has to be there. */
  readonly simulator: { readonly command: string; readonly script: string };
  readonly acceptsVersion?: (version: string) => boolean;
}

/** What to launch: `command ...args <configuration file>`. */
export interface FoundServer {
  readonly kind: 'mediamtx' | 'simulator';
  readonly command: string;
  /** They come before the configuration file. */
  readonly args: readonly string[];
  readonly version: string;
  /** For people, to be shown prominently; null when there is nothing to say. */
  readonly notice: string | null;
}

const VERSION_TIMEOUT_MS = 15_000;
const MAX_VERSION_BYTES = 65_536;
const SIMULATOR_NOTICE =
  'NO REAL MEDIA SERVER: MediaMTX was not found, so the built-in SIMULATOR is running. It relays RTSP and records, ' +
  'but has no WebRTC and no HLS and is not made for production. Install MediaMTX ' +
  `${PINNED_VERSION}, or let it be downloaded, and restart.`;

/**
 * @throws CameraError missing-program (media_server_not_found, simulator_not_found) |
 * media-server-refused (wrong_version) for a configured program
 */
export async function findMediaServer(settings: FinderSettings, signal: AbortSignal): Promise<FoundServer> {
  if (settings.binary === 'simulator') return simulator(settings, []);
  if (settings.binary !== 'auto') return configured(settings, signal);
  const remarks: string[] = [];
  for (const { command, where } of await candidates(settings)) {
    const version = await versionOf(command, signal);
    if (version !== null && accepted(version, settings)) {
      return { kind: 'mediamtx', command, args: [], version, notice: sentences(remarks) };
    }
    remarks.push(unsuitable(where, version));
  }
  return simulator(settings, remarks);
}

async function configured(settings: FinderSettings, signal: AbortSignal): Promise<FoundServer> {
  const command = settings.binary;
  if (!(await isProgram(command))) {
    throw new CameraError(
      'missing-program',
      'The program that mediamtx.binary names is not there or cannot be run',
      {
        reason: 'media_server_not_found',
      },
    );
  }
  const version = await versionOf(command, signal);
  if (version !== null && accepted(version, settings)) {
    return { kind: 'mediamtx', command, args: [], version, notice: null };
  }
  throw new CameraError(
    'media-server-refused',
    unsuitable('The program that mediamtx.binary names', version),
    {
      reason: 'wrong_version',
      facts: { version },
    },
  );
}

async function simulator(settings: FinderSettings, remarks: readonly string[]): Promise<FoundServer> {
  const { command, script } = settings.simulator;
  const there = await access(script, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!there) {
    throw new CameraError(
      'missing-program',
      'There is no MediaMTX, and the simulator that could stand in is not built',
      {
        reason: 'simulator_not_found',
        suggestion: `Install MediaMTX ${PINNED_VERSION}, or run npm run build.`,
      },
    );
  }
  const notice = sentences([...remarks, SIMULATOR_NOTICE]);
  return { kind: 'simulator', command, args: [script], version: PINNED_VERSION, notice };
}

async function candidates(settings: FinderSettings): Promise<{ command: string; where: string }[]> {
  const found: { command: string; where: string }[] = [];
  for (const folder of settings.searchPath.split(delimiter)) {
    // A relative entry would be another program in another working directory.
    if (!folder.startsWith('/') || found.length > 0) continue;
    const command = join(folder, 'mediamtx');
    if (await isProgram(command)) found.push({ command, where: 'The mediamtx on PATH' });
  }
  const cached = join(releaseFolder(settings.cacheFolder), 'mediamtx');
  if (await isProgram(cached)) found.push({ command: cached, where: 'The downloaded mediamtx' });
  return found;
}

/** null where it cannot be run or prints no version. */
async function versionOf(command: string, signal: AbortSignal): Promise<string | null> {
  const limits = { timeoutMs: VERSION_TIMEOUT_MS, maxOutputBytes: MAX_VERSION_BYTES, signal };
  try {
    return versionIn((await run(command, ['--version'], limits)).stdout);
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function accepted(version: string, settings: FinderSettings): boolean {
  return (settings.acceptsVersion ?? isAcceptedVersion)(version);
}

function unsuitable(where: string, version: string | null): string {
  if (version === null) return `${where} does not tell its version, so it is not used.`;
  return `${where} is version ${version}; this service works with ${PINNED_VERSION}, so it is not used.`;
}

function sentences(all: readonly string[]): string | null {
  return all.length === 0 ? null : all.join(' ');
}
