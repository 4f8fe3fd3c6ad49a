/** The media server machine's types, actors, actions, guards and delays; the chart is in media-server.ts and its regions beside it. */
import { assign, fromCallback, fromPromise, raise, sendTo, setup } from 'xstate';
import { backoffMs } from './backoff.ts';
import { type Trouble, troubleOf } from './errors.ts';
import { parentOf } from './report.ts';
import type {
  CameraId,
  FoldersSeen,
  MediaServerInfo,
  PathEntry,
  PathObservation,
  ProcessEnd,
  ProcessIdentity,
} from './values.ts';

export interface MediaServerLimits {
  readonly launchTimeoutMs: number;
  readonly launchCheckIntervalMs: number;
  readonly restartBackoffMs: number;
  readonly restartBackoffMaxMs: number;
  readonly restartForgetMs: number;
  readonly restartAfterOpenMs: number;
  readonly checkIntervalMs: number;
  readonly failingIntervalMs: number;
  readonly failureThreshold: number;
  readonly openMs: number;
  readonly openMaxMs: number;
  readonly jitter: readonly [number, number];
  readonly confirmations: number;
  readonly confirmIntervalMs: number;
  readonly refusedIntervalMs: number;
  readonly watchIntervalMs: number;
  readonly watchFastIntervalMs: number;
  readonly compareIntervalMs: number;
  /** An external server that does not see our folders is tested again this often. */
  readonly folderRetestMs: number;
}

export interface MediaServerInput {
  readonly managed: boolean;
  readonly limits: MediaServerLimits;
}

export interface MediaServerContext extends MediaServerInput {
  readonly process: ProcessIdentity | null;
  readonly info: MediaServerInfo | null;
  readonly failures: number;
  readonly confirmed: number;
  /** How many times the breaker opened since it was last closed; sets the length of the next opening. */
  readonly openings: number;
  /** How many times it opened in this life. */
  readonly opened: number;
  readonly restarts: number;
  readonly wanted: Readonly<Record<CameraId, PathEntry>>;
  /** Streams that start, republish or stop: the paths are looked at more often. */
  readonly fast: readonly CameraId[];
  readonly trouble: Trouble | null;
  /** What the last test of an external server saw; null before the first. */
  readonly folders: FoldersSeen | null;
  /** Which incarnation that was. */
  readonly foldersOf: string | null;
  /** Why the last test could not be made. */
  readonly folderTrouble: Trouble | null;
}

export type MediaServerEvent =
  | { type: 'media-server.start' }
  | { type: 'media-server.stop' }
  | { type: 'entry.wanted'; name: CameraId; entry: PathEntry | null }
  | { type: 'watch.fast'; name: CameraId }
  | { type: 'watch.slow'; name: CameraId }
  | { type: 'process.ended'; end: ProcessEnd }
  // raised between the regions
  | { type: 'process.running' }
  | { type: 'process.gone' }
  | { type: 'server.answered'; info: MediaServerInfo }
  | { type: 'health.good' }
  | { type: 'health.bad' }
  | { type: 'paths.missing' }
  | { type: 'breaker.stuck' };

export type MediaServerReport =
  | { type: 'server.up'; info: MediaServerInfo }
  | { type: 'server.down'; trouble: Trouble | null }
  | { type: 'paths.observed'; paths: readonly PathObservation[]; monoMs: number; atMs: number }
  | { type: 'paths.unseen' }
  | { type: 'entries.compared'; differing: readonly string[] }
  | { type: 'folders.tested'; folders: FoldersSeen }
  | { type: 'media-server.stopped' };

export interface PathsSeen {
  readonly paths: readonly PathObservation[];
  readonly monoMs: number;
  readonly atMs: number;
}

const no = (name: string) => () => Promise.reject(new Error(`${name}: no adapter provided`));

export const mediaServerSetup = setup({
  types: {} as { context: MediaServerContext; events: MediaServerEvent; input: MediaServerInput },
  actors: {
    findServer: fromPromise<ProcessIdentity | null>(no('findServer')),
    launchServer: fromPromise<ProcessIdentity, { entries: readonly PathEntry[] }>(no('launchServer')),
    stopServer: fromPromise<void>(no('stopServer')),
    /** Sends `process.ended`. */
    watchServer: fromCallback<MediaServerEvent, ProcessIdentity | null>(() => {}),
    askInfo: fromPromise<MediaServerInfo>(no('askInfo')),
    listPaths: fromPromise<PathsSeen>(no('listPaths')),
    /** Compares the configuration with the wishes and deletes paths of ours that nobody wants. */
    compareEntries: fromPromise<{ differing: readonly string[] }, { entries: readonly PathEntry[] }>(
      no('compareEntries'),
    ),
    /** Demands and records a self-test path once. */
    testFolders: fromPromise<FoldersSeen>(no('testFolders')),
  },
  actions: {
    storeProcess: assign({ process: (_, params: { process: ProcessIdentity | null }) => params.process }),
    dropProcess: assign({ process: null }),
    storeInfo: assign({ info: (_, params: { info: MediaServerInfo }) => params.info }),
    countFailure: assign({
      failures: ({ context }) => context.failures + 1,
      trouble: (_, params: { error: unknown }) => troubleOf(params.error),
    }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    clearFailures: assign({ failures: 0, confirmed: 0, trouble: null }),
    countConfirmation: assign({ confirmed: ({ context }) => context.confirmed + 1 }),
    countOpening: assign({
      openings: ({ context }) => context.openings + 1,
      opened: ({ context }) => context.opened + 1,
      confirmed: 0,
    }),
    clearOpenings: assign({ openings: 0 }),
    countRestart: assign({ restarts: ({ context }) => context.restarts + 1 }),
    clearRestarts: assign({ restarts: 0 }),
    storeEnd: assign({ process: null, trouble: (_, params: { end: ProcessEnd }) => params.end.trouble }),
    storeWanted: assign({
      wanted: ({ context }, params: { name: CameraId; entry: PathEntry | null }) => {
        if (params.entry !== null) return { ...context.wanted, [params.name]: params.entry };
        const { [params.name]: _old, ...others } = context.wanted;
        return others;
      },
    }),
    addFast: assign({
      fast: ({ context }, params: { name: CameraId }) => [...new Set([...context.fast, params.name])],
    }),
    removeFast: assign({
      fast: ({ context }, params: { name: CameraId }) => context.fast.filter((name) => name !== params.name),
    }),
    announceRunning: raise({ type: 'process.running' }),
    announceGone: raise({ type: 'process.gone' }),
    announceGood: raise({ type: 'health.good' }),
    announceBad: raise({ type: 'health.bad' }),
    announceMissing: raise({ type: 'paths.missing' }),
    reportUp: sendTo(parentOf, ({ context }) => ({ type: 'server.up', info: context.info })),
    reportDown: sendTo(parentOf, ({ context }) => ({ type: 'server.down', trouble: context.trouble })),
    reportPaths: sendTo(parentOf, (_, params: PathsSeen) => ({ type: 'paths.observed', ...params })),
    reportUnseen: sendTo(parentOf, { type: 'paths.unseen' }),
    reportCompared: sendTo(parentOf, (_, params: { differing: readonly string[] }) => ({
      type: 'entries.compared',
      ...params,
    })),
    storeFolders: assign({
      folders: (_, params: { folders: FoldersSeen }) => params.folders,
      foldersOf: ({ context }) => context.info?.started ?? null,
      folderTrouble: null,
    }),
    storeFolderTrouble: assign({
      folderTrouble: (_, params: { error: unknown }) => troubleOf(params.error),
    }),
    reportFolders: sendTo(parentOf, (_, params: { folders: FoldersSeen }) => ({
      type: 'folders.tested',
      ...params,
    })),
    reportStopped: sendTo(parentOf, { type: 'media-server.stopped' }),
  },
  guards: {
    managed: ({ context }) => context.managed,
    found: (_, params: { process: ProcessIdentity | null }) => params.process !== null,
    firstRestart: ({ context }) => context.restarts <= 1,
    lastFailure: ({ context }) => context.failures + 1 >= context.limits.failureThreshold,
    lastConfirmation: ({ context }) => context.confirmed + 1 >= context.limits.confirmations,
    refusedUs: (_, params: { error: unknown }) => troubleOf(params.error).code === 'media-server-refused',
    newIncarnation: ({ context }, params: { info: MediaServerInfo }) =>
      context.info !== null && context.info.started !== params.info.started,
    someMissing: ({ context }, params: PathsSeen) => {
      const seen = new Set(params.paths.map(({ name }) => name));
      return Object.keys(context.wanted).some((name) => !seen.has(name));
    },
    seesBoth: (_, params: { folders: FoldersSeen }) => params.folders.demand && params.folders.recording,
    testedAnother: ({ context }) => context.foldersOf !== context.info?.started,
  },
  delays: {
    launchTimeout: ({ context }) => context.limits.launchTimeoutMs,
    launchCheckInterval: ({ context }) => context.limits.launchCheckIntervalMs,
    restartBackoff: ({ context: { limits, restarts } }) =>
      backoffMs(restarts - 1, {
        firstMs: limits.restartBackoffMs,
        longestMs: limits.restartBackoffMaxMs,
        jitter: limits.jitter,
      }),
    restartForget: ({ context }) => context.limits.restartForgetMs,
    restartAfterOpen: ({ context }) => context.limits.restartAfterOpenMs,
    checkInterval: ({ context }) => context.limits.checkIntervalMs,
    failingInterval: ({ context }) => context.limits.failingIntervalMs,
    openTime: ({ context: { limits, openings } }) =>
      backoffMs(openings, { firstMs: limits.openMs, longestMs: limits.openMaxMs, jitter: limits.jitter }),
    confirmInterval: ({ context }) => context.limits.confirmIntervalMs,
    refusedInterval: ({ context }) => context.limits.refusedIntervalMs,
    watchInterval: ({ context }) =>
      context.fast.length > 0 ? context.limits.watchFastIntervalMs : context.limits.watchIntervalMs,
    compareInterval: ({ context }) => context.limits.compareIntervalMs,
    folderRetest: ({ context }) => context.limits.folderRetestMs,
  },
});
