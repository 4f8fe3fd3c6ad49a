/**
 * Finds out whether a media server that we did not launch uses our folders as we see them: a self-test path is demanded
 * by a viewer and recorded from a test picture, once, and everything is removed again. It tells what it saw; what that
 * means is decided elsewhere.
 */
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CameraError } from '../../machines/errors.ts';
import type { SharedFolders } from '../../machines/ports.ts';
import type { FoldersSeen, PathEntry } from '../../machines/values.ts';
import { publishUrl } from './addresses.ts';
import type { ControlApi } from './control-api.ts';
import { holdReader } from './held-reader.ts';
import { PARTS_FOLDER, SELF_TEST_PATH } from './path-entry.ts';
import { publishTestPicture } from './test-picture.ts';

export interface SelfTestSettings {
  readonly api: Pick<ControlApi, 'replacePath' | 'deletePath' | 'listPaths' | 'deleteRecordings'>;
  /** Where viewers and captures reach it. */
  readonly host: string;
  readonly rtspPort: number;
  /** Where a demand is looked for. */
  readonly demandFolder: string;
  /** Below it the recording is looked for. */
  readonly recordingsFolder: string;
  readonly ffmpeg: string;
  /** For each thing the server is to do, beyond what it needs by nature. */
  readonly limitMs: number;
  /** Length of the test picture: a recorder waits for a keyframe and writes a part when it is full. Default 3000. */
  readonly pictureMs?: number;
}

const PICTURE_MS = 3000;
const LOOK_INTERVAL_MS = 25;
/** All of the cleaning up at the server; one that hangs forgets the path at its restart, or the next test removes it. */
const CLEAN_LIMIT_MS = 5000;
const SESSION = 'selftest';
const SEGMENT_MS = 3_600_000;

export class SelfTest implements SharedFolders {
  readonly #settings: SelfTestSettings;
  readonly #demandFile: string;
  readonly #partsFolder: string;
  /** The newest test with its cleaning up: there is one path, so there is one test at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: SelfTestSettings) {
    this.#settings = settings;
    this.#demandFile = join(settings.demandFolder, SELF_TEST_PATH);
    this.#partsFolder = join(settings.recordingsFolder, PARTS_FOLDER, SELF_TEST_PATH);
  }

  test(signal: AbortSignal): Promise<FoldersSeen> {
    const turn = this.#last.then(() => this.#test(signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when nothing of a test is left, also of one that was called off; or when the limit is over. */
  async idle(limitMs: number): Promise<void> {
    const over = new AbortController();
    const limit = delay(limitMs, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.#last, limit]);
    over.abort();
  }

  async #test(signal: AbortSignal): Promise<FoldersSeen> {
    throwIfAborted(signal);
    await this.#requireRecordingsFolder();
    // What an earlier life left behind would be taken for this test's.
    await this.#clean();
    throwIfAborted(signal);
    try {
      await this.#provide(signal);
      const demand = await this.#raisesDemand(signal);
      const recorded = await this.#records(signal);
      if (!recorded) await this.#settings.api.deleteRecordings(SELF_TEST_PATH, signal).catch(() => undefined);
      // A recording that cannot be moved away is of no use either.
      return { demand, recording: recorded && (await this.#clean()) };
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      await this.#clean();
    }
  }

  /** Without it the server would make it, maybe on the wrong disk. */
  async #requireRecordingsFolder(): Promise<void> {
    await stat(this.#settings.recordingsFolder).catch((cause: unknown) => {
      throw new CameraError('storage', 'The recordings folder is not there', {
        reason: 'storage_missing',
        cause,
      });
    });
  }

  async #provide(signal: AbortSignal): Promise<void> {
    const { api, limitMs } = this.#settings;
    const record = { session: SESSION, segmentDurationMs: SEGMENT_MS };
    const entry: PathEntry = { name: SELF_TEST_PATH, demandStartTimeoutMs: limitMs, record };
    await api.replacePath(entry, signal);
    // MediaMTX answers before it applies.
    if (await this.#eventually(() => this.#isListed(signal), signal)) return;
    throw new CameraError('deadline', 'The media server did not make the self-test path in time', {
      reason: 'self_test_path_missing',
    });
  }

  async #raisesDemand(signal: AbortSignal): Promise<boolean> {
    const reader = holdReader({ host: this.#settings.host, port: this.#settings.rtspPort }, SELF_TEST_PATH);
    try {
      const touched = this.#eventually(() => isThere(this.#demandFile), signal);
      const refused = reader.answer.then((status) => {
        if (status === 401) throw loginWanted();
        return touched;
      });
      return await Promise.race([touched, refused]);
    } finally {
      reader.leave();
    }
  }

  /** Looks until the picture is over and the recorder had its time to close the file. */
  async #records(signal: AbortSignal): Promise<boolean> {
    const { host, rtspPort, ffmpeg, pictureMs = PICTURE_MS } = this.#settings;
    const url = publishUrl({ host, rtspPort, publisher: null }, SELF_TEST_PATH);
    const enough = new AbortController();
    const ending = AbortSignal.any([signal, enough.signal]);
    const published = publishTestPicture({ ffmpeg, url, durationMs: pictureMs }, ending);
    const over = published.then(() => this.#eventually(() => this.#hasPart(), signal));
    try {
      return await Promise.race([this.#partAppears(ending), over]);
    } finally {
      enough.abort();
      await published.catch(() => undefined);
    }
  }

  async #partAppears(signal: AbortSignal): Promise<true> {
    while (!(await this.#hasPart())) await delay(LOOK_INTERVAL_MS, undefined, { signal });
    return true;
  }

  /** A part with something in it that we may read. */
  async #hasPart(): Promise<boolean> {
    const names = await readdir(this.#partsFolder).catch(() => []);
    for (const name of names.filter((each) => each.startsWith(`${SESSION}_`))) {
      const file = await open(join(this.#partsFolder, name)).catch(() => null);
      const size = await file?.stat().then((found) => found.size);
      await file?.close();
      if (size !== undefined && size > 0) return true;
    }
    return false;
  }

  /** Removes the path and the files. @returns whether the files could be removed */
  async #clean(): Promise<boolean> {
    const { api } = this.#settings;
    const signal = AbortSignal.timeout(CLEAN_LIMIT_MS);
    // A server that does not answer is no reason to leave files behind.
    await api.deletePath(SELF_TEST_PATH, signal).catch(() => undefined);
    // A recorder whose path still closes could write once more.
    await this.#eventually(async () => !(await this.#isListed(signal)), signal).catch(() => undefined);
    const removed = await Promise.all([remove(this.#demandFile), remove(this.#partsFolder)]);
    return removed.every((gone) => gone);
  }

  async #isListed(signal: AbortSignal): Promise<boolean> {
    return (await this.#settings.api.listPaths(signal)).some(({ name }) => name === SELF_TEST_PATH);
  }

  /** Whether it comes true within the limit. */
  async #eventually(look: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    const deadlineMs = performance.now() + this.#settings.limitMs;
    while (!(await look())) {
      if (performance.now() > deadlineMs) return false;
      await delay(LOOK_INTERVAL_MS, undefined, { signal });
    }
    return true;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function remove(path: string): Promise<boolean> {
  return rm(path, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new CameraError('cancelled', 'The test of the media server’s folders was called off');
}

function loginWanted(): CameraError {
  return new CameraError(
    'media-server-refused',
    'The media server wants a login from viewers, so that demand cannot be tested',
    { reason: 'viewer_unauthorized' },
  );
}
