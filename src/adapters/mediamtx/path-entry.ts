/**
 * What a path has to be, in MediaMTX's own keys: the same mapping serves `replace` and the file of a managed server.
 * Pure. MediaMTX's hook language has no escapes and its recordPath language gives `%` a meaning, so names that
 * reach either are checked here and never quoted.
 */
import { CameraError } from '../../machines/errors.ts';
import type { PathEntry } from '../../machines/values.ts';
import { durationText, meansTheSame } from './meaning.ts';

/** Folders and lengths that every path shares. */
export interface PathSettings {
  /** Absolute; a reader's demand touches `<demand folder>/<path>`. */
  readonly demandFolder: string;
  /** Absolute; MediaMTX records into `<recordings folder>/.parts/<path>/`. */
  readonly recordingsFolder: string;
  /** What a crash of the media server may lose of a recording. */
  readonly recordPartDurationMs: number;
}

/** One path's configuration as MediaMTX's API and file take it. */
export type PathConfiguration = Readonly<Record<string, string | boolean>>;

/** Folder of parts inside the recordings folder: `<recordings>/.parts/<path>/<session>_<unix s>-<µs>.mp4`. */
export const PARTS_FOLDER = '.parts';

/**
 * Demand ends this long after the last reader. A reader that asks meanwhile, after the publisher has left, raises none
 * and is held for ever. Withdrawing demand is the service's business, so it is as good as at once: over before a capture
 * that has lost its last reader can end.
 */
const DEMAND_CLOSE_AFTER_MS = 10;
/** MediaMTX's own default; a segment duration is needed also while nothing is recorded. */
const IDLE_SEGMENT_MS = 3_600_000;
const IDLE_SESSION = 'idle';
const MAX_PART_SIZE = '50M';
const SAFE_FOLDER = /^\/[A-Za-z0-9._/-]+$/;
const SAFE_NAME = /^[A-Za-z0-9_-]+$/;
const OUR_NAME = /^(camera|source)\d+$/;

/** The path on which an external server is tested. Its test makes it and removes it; nobody else touches it. */
export const SELF_TEST_PATH = 'source999';

/** Whether a path of this name belongs to this service. */
export function isOurPath(name: string): boolean {
  return OUR_NAME.test(name);
}

/**
 * The complete entry. Recording or not differs in `record*` keys alone, so switching it drops nobody.
 * @throws CameraError bad-params where a folder or name could mean something to MediaMTX
 */
export function pathConfiguration(entry: PathEntry, settings: PathSettings): PathConfiguration {
  const session = entry.record?.session ?? IDLE_SESSION;
  assertSafe(settings.demandFolder, SAFE_FOLDER, 'The demand folder');
  assertSafe(settings.recordingsFolder, SAFE_FOLDER, 'The recordings folder');
  assertSafe(entry.name, SAFE_NAME, 'A path name');
  assertSafe(session, SAFE_NAME, 'A recording session');
  return {
    source: 'publisher',
    // With true, all is dropped until ffmpeg's second report of the time, 5 s after the first: decision 0012.
    useAbsoluteTimestamp: false,
    overridePublisher: true,
    runOnDemand: `touch ${settings.demandFolder}/${entry.name}`,
    runOnDemandRestart: false,
    runOnDemandStartTimeout: durationText(entry.demandStartTimeoutMs),
    runOnDemandCloseAfter: durationText(DEMAND_CLOSE_AFTER_MS),
    // A hook that removes the file would race with the one that touches it, and fires while readers are still held.
    runOnUnDemand: '',
    record: entry.record !== null,
    recordPath: `${settings.recordingsFolder}/${PARTS_FOLDER}/%path/${session}_%s-%f`,
    recordFormat: 'fmp4',
    recordPartDuration: durationText(settings.recordPartDurationMs),
    recordMaxPartSize: MAX_PART_SIZE,
    recordSegmentDuration: durationText(entry.record?.segmentDurationMs ?? IDLE_SEGMENT_MS),
    recordDeleteAfter: '0s',
  };
}

/** Whether what the server holds means what is wanted, in the keys that we set. Others are the server's own. */
export function holds(found: Readonly<Record<string, unknown>>, wanted: PathConfiguration): boolean {
  return Object.entries(wanted).every(([key, value]) => meansTheSame(key, value, found[key]));
}

function assertSafe(value: string, pattern: RegExp, what: string): void {
  if (pattern.test(value) && !value.split('/').includes('..')) return;
  throw new CameraError('bad-params', `${what} may hold only letters, digits and . _ / -`, {
    reason: 'unsafe_name',
  });
}
