/**
 * Gets the pinned MediaMTX release into the cache: transfer, hash, unpack, rename. What does not hash right is
 * removed and never unpacked. Does not look for other ways to a media server (finder.ts does) and never tries twice.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { CameraError } from '../../machines/errors.ts';
import {
  archiveName,
  CHECKSUMS_FILE,
  listedSha256,
  PINNED_SHA256,
  RELEASE_URL,
  type ReleaseArchitecture,
  releaseFolder,
} from './release.ts';
import { transfer, transferText } from './transfer.ts';
import { PINNED_VERSION } from './version.ts';

export interface DownloadSettings {
  /** Absolute; kept between attempts, so that an interrupted download is gone on with. */
  readonly cacheFolder: string;
  readonly architecture: ReleaseArchitecture;
  /** Default: the project's releases. */
  readonly baseUrl?: string;
  /** All of it; then it gives up and keeps what it got. Default 60 s. */
  readonly limitMs?: number;
  /** Default: the pinned hashes; tests have archives of their own. */
  readonly sha256?: Readonly<Partial<Record<ReleaseArchitecture, string>>>;
  readonly progress?: (receivedBytes: number, totalBytes: number | null) => void;
}

export interface Downloaded {
  /** Absolute path of the program. */
  readonly command: string;
  /** One sentence where the check was weaker than it should be. */
  readonly notice: string | null;
}

const LIMIT_MS = 60_000;
const MAX_ARCHIVE_BYTES = 100 * 1024 * 1024;
const MAX_LIST_BYTES = 64 * 1024;
const WANTED_FILES = new Set(['mediamtx', 'LICENSE']);
const WEAK_CHECK =
  'No hash of this MediaMTX archive is known beforehand; it was compared with the list of the download server itself, which is weaker.';

/**
 * @throws CameraError deadline (download_too_slow) | cancelled | media-server-unreachable (download_interrupted) |
 * missing-program (download_not_found, download_refused, download_too_large, download_no_hash, download_wrong_hash,
 * download_unreadable) | storage
 */
export async function downloadMediaMtx(settings: DownloadSettings, signal: AbortSignal): Promise<Downloaded> {
  const limitMs = settings.limitMs ?? LIMIT_MS;
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(tooSlow(limitMs)), limitMs);
  const cancel = () => ending.abort(new CameraError('cancelled', 'The download of MediaMTX was called off'));
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await download(settings, ending.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

async function download(settings: DownloadSettings, signal: AbortSignal): Promise<Downloaded> {
  signal.throwIfAborted();
  const { cacheFolder, architecture, progress } = settings;
  const baseUrl = settings.baseUrl ?? RELEASE_URL;
  const archive = archiveName(architecture);
  const partFile = join(cacheFolder, `${archive}.part`);
  await mkdir(cacheFolder, { recursive: true, mode: 0o755 }).catch(notWritten);
  const pinned = (settings.sha256 ?? PINNED_SHA256)[architecture];
  const sha256 = pinned ?? (await listedHash(baseUrl, archive, signal));
  const order = { url: `${baseUrl}/${archive}`, partFile, maxBytes: MAX_ARCHIVE_BYTES };
  await transfer({ ...order, progress: progress ?? (() => undefined) }, signal);
  if ((await hashOf(partFile, signal)) !== sha256) {
    await rm(partFile, { force: true });
    throw new CameraError(
      'missing-program',
      'The downloaded MediaMTX is not what was released; it was removed',
      {
        reason: 'download_wrong_hash',
      },
    );
  }
  const command = await unpack(partFile, cacheFolder);
  await rm(partFile, { force: true });
  return { command, notice: pinned === undefined ? WEAK_CHECK : null };
}

async function listedHash(baseUrl: string, archive: string, signal: AbortSignal): Promise<string> {
  const list = await transferText(`${baseUrl}/${CHECKSUMS_FILE}`, MAX_LIST_BYTES, signal);
  const listed = list === null ? null : listedSha256(list, archive);
  if (listed !== null) return listed;
  throw new CameraError('missing-program', 'The MediaMTX release has no hash to check its archive with', {
    reason: 'download_no_hash',
  });
}

async function hashOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : notWritten(error);
  });
  return hash.digest('hex');
}

/** Into a folder of its own first: the release's folder is whole from the moment it is there. */
async function unpack(archive: string, cacheFolder: string): Promise<string> {
  const folder = releaseFolder(cacheFolder);
  const beside = await mkdtemp(join(cacheFolder, '.unpack-')).catch(notWritten);
  try {
    await extract({
      file: archive,
      cwd: beside,
      strict: true,
      filter: (path, entry) => WANTED_FILES.has(path) && 'type' in entry && entry.type === 'File',
    });
    await access(join(beside, 'mediamtx'));
    await chmod(join(beside, 'mediamtx'), 0o755);
    await chmod(beside, 0o755);
    await rm(folder, { recursive: true, force: true });
    await rename(beside, folder);
  } catch (cause) {
    await rm(archive, { force: true });
    throw new CameraError('missing-program', 'The downloaded MediaMTX cannot be unpacked', {
      reason: 'download_unreadable',
      cause,
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return join(folder, 'mediamtx');
}

function tooSlow(limitMs: number): CameraError {
  const limit = `${limitMs / 1000} seconds`;
  return new CameraError('deadline', `MediaMTX ${PINNED_VERSION} could not be downloaded within ${limit}`, {
    reason: 'download_too_slow',
    suggestion: 'Start it again: the download goes on from where it stopped.',
  });
}

function notWritten(cause: unknown): never {
  throw new CameraError('storage', 'The cache for MediaMTX cannot be written', { cause });
}
