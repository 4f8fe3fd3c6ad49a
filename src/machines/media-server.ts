/**
 * Owns the one media server: its process where it is managed, its health with a circuit breaker, whether it sees our
 * folders, and the regular looks at its paths. Never writes a path of a stream. In: `entry.wanted` (for the launch file and the comparison), `watch.fast`,
 * `watch.slow`, `media-server.stop`. Reports `server.up`, `server.down`, `paths.observed`, `entries.compared`,
 * `folders.tested`, `media-server.stopped`. Numbers: docs/machines/media-server.md.
 */
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
  | { type: 'breaker.stuck' };

export type MediaServerReport =
  | { type: 'server.up'; info: MediaServerInfo }
  | { type: 'server.down'; trouble: Trouble | null }
  | { type: 'paths.observed'; paths: readonly PathObservation[]; monoMs: number; atMs: number }
  | { type: 'entries.compared'; differing: readonly string[] }
  | { type: 'folders.tested'; folders: FoldersSeen }
  | { type: 'media-server.stopped' };

export interface PathsSeen {
  readonly paths: readonly PathObservation[];
  readonly monoMs: number;
  readonly atMs: number;
}

const no = (name: string) => () => Promise.reject(new Error(`${name}: no adapter provided`));

const mediaServerSetup = setup({
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
        const { [params.name]: _old, ...others } = context.wanted;
        return params.entry === null ? others : { ...others, [params.name]: params.entry };
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
    reportUp: sendTo(parentOf, ({ context }) => ({ type: 'server.up', info: context.info })),
    reportDown: sendTo(parentOf, ({ context }) => ({ type: 'server.down', trouble: context.trouble })),
    reportPaths: sendTo(parentOf, (_, params: PathsSeen) => ({ type: 'paths.observed', ...params })),
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

const processRegion = mediaServerSetup.createStateConfig({
  description: "The server's process, where it is ours.",
  initial: 'notStarted',
  states: {
    notStarted: {
      description: 'Waiting for the service to know what every path should be.',
      on: {
        'media-server.start': [
          { guard: 'managed', target: 'adopting' },
          { target: 'external', actions: 'announceRunning' },
        ],
        'media-server.stop': { target: 'stopped', actions: 'reportStopped' },
      },
    },
    external: {
      description: "Somebody else's process; only its health is ours to know.",
      on: { 'media-server.stop': { target: 'stopped', actions: ['announceGone', 'reportStopped'] } },
    },
    adopting: {
      description: 'Looking for a server that an earlier life of the service started.',
      invoke: {
        id: 'findServer',
        src: 'findServer',
        onDone: [
          {
            guard: { type: 'found', params: ({ event }) => ({ process: event.output }) },
            target: 'running',
            actions: [
              { type: 'storeProcess', params: ({ event }) => ({ process: event.output }) },
              'announceRunning',
            ],
          },
          { target: 'launching' },
        ],
        onError: 'launching',
      },
      on: { 'media-server.stop': 'stopping' },
    },
    launching: {
      description:
        'Spawned with a file that holds every path as it should be; waiting for the API to answer.',
      initial: 'spawning',
      on: { 'media-server.stop': 'stopping' },
      after: { launchTimeout: { target: 'ending', description: 'it never answered' } },
      states: {
        spawning: {
          invoke: {
            id: 'launchServer',
            src: 'launchServer',
            input: ({ context }) => ({ entries: Object.values(context.wanted) }),
            onDone: {
              target: 'answering',
              actions: { type: 'storeProcess', params: ({ event }) => ({ process: event.output }) },
            },
            onError: {
              target: '#media-server.process.exited',
              actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
            },
          },
        },
        answering: {
          description: 'Its API is asked until it answers.',
          invoke: { id: 'watchLaunch', src: 'watchServer', input: ({ context }) => context.process },
          on: {
            'process.ended': {
              target: '#media-server.process.exited',
              actions: { type: 'storeEnd', params: ({ event }) => ({ end: event.end }) },
            },
          },
          initial: 'asking',
          states: {
            asking: {
              invoke: {
                id: 'askLaunched',
                src: 'askInfo',
                onDone: {
                  target: '#media-server.process.running',
                  actions: [
                    raise(({ event }) => ({ type: 'server.answered', info: event.output })),
                    'announceRunning',
                  ],
                },
                onError: {
                  target: 'pausing',
                  actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                },
              },
            },
            pausing: { after: { launchCheckInterval: 'asking' } },
          },
        },
      },
    },
    running: {
      description: "The process runs; whether it is well is the other region's business.",
      invoke: { id: 'watchServer', src: 'watchServer', input: ({ context }) => context.process },
      on: {
        'process.ended': {
          target: 'exited',
          actions: [{ type: 'storeEnd', params: ({ event }) => ({ end: event.end }) }, 'announceGone'],
          description: 'not asked for: a failure, whatever the code',
        },
        'breaker.stuck': { target: 'ending', actions: 'announceGone' },
        'media-server.stop': { target: 'stopping', actions: 'announceGone' },
      },
      after: { restartForget: { actions: 'clearRestarts' } },
    },
    ending: {
      description: 'It does not answer: ended, to be launched again.',
      invoke: { id: 'endServer', src: 'stopServer', onDone: 'exited', onError: 'exited' },
      on: { 'media-server.stop': 'stopping' },
    },
    exited: {
      description: 'Gone without being asked.',
      entry: ['dropProcess', 'countRestart'],
      always: [{ guard: 'firstRestart', target: 'launching' }, { target: 'restartBackoff' }],
    },
    restartBackoff: {
      description: 'Waiting before the next launch; there was no wait before the first.',
      on: { 'media-server.stop': { target: 'stopped', actions: 'reportStopped' } },
      after: { restartBackoff: 'launching' },
    },
    stopping: {
      description: 'SIGTERM, then SIGKILL.',
      invoke: { id: 'stopServer', src: 'stopServer', onDone: 'stopped', onError: 'stopped' },
      exit: ['dropProcess', 'reportStopped'],
    },
    stopped: { description: 'Ended as asked.' },
  },
});

const healthRegion = mediaServerSetup.createStateConfig({
  description: 'Does it answer? A circuit breaker: alternating answers never close it.',
  initial: 'unknown',
  on: { 'process.gone': { target: '.unknown', actions: 'announceBad' } },
  states: {
    unknown: {
      description: 'Nothing known yet; the first good answer is enough.',
      initial: 'idle',
      states: {
        idle: {
          on: {
            'server.answered': {
              target: '#media-server.health.healthy',
              actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.info }) },
            },
            'process.running': 'checking',
          },
        },
        checking: {
          invoke: {
            id: 'askUnknown',
            src: 'askInfo',
            onDone: {
              target: '#media-server.health.healthy',
              actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
            },
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: '#media-server.health.refused',
                actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
              },
              {
                target: '#media-server.health.failing',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
              },
            ],
          },
        },
      },
    },
    healthy: {
      description: 'It answers.',
      entry: ['clearFailures', 'clearOpenings', 'announceGood'],
      initial: 'waiting',
      states: {
        waiting: { after: { checkInterval: 'checking' } },
        checking: {
          invoke: {
            id: 'askHealthy',
            src: 'askInfo',
            onDone: [
              {
                guard: { type: 'newIncarnation', params: ({ event }) => ({ info: event.output }) },
                target: '#media-server.health.healthy',
                reenter: true,
                actions: [
                  'announceBad',
                  { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
                ],
                description: 'restarted behind our back',
              },
              { target: 'waiting' },
            ],
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: '#media-server.health.refused',
                actions: [
                  { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                  'announceBad',
                ],
              },
              {
                target: '#media-server.health.failing',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
              },
            ],
          },
        },
      },
    },
    failing: {
      description: 'Fewer failures than the threshold; checked sooner. Not down yet.',
      initial: 'waiting',
      states: {
        waiting: { after: { failingInterval: 'checking' } },
        checking: {
          invoke: {
            id: 'askFailing',
            src: 'askInfo',
            onDone: [
              {
                guard: { type: 'newIncarnation', params: ({ event }) => ({ info: event.output }) },
                target: '#media-server.health.healthy',
                actions: [
                  'announceBad',
                  { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
                ],
              },
              {
                target: '#media-server.health.healthy',
                actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
              },
            ],
            onError: [
              {
                guard: { type: 'refusedUs', params: ({ event }) => ({ error: event.error }) },
                target: '#media-server.health.refused',
                actions: [
                  { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
                  'announceBad',
                ],
              },
              {
                guard: 'lastFailure',
                target: '#media-server.health.tripped',
                actions: [
                  { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
                  'announceBad',
                ],
              },
              {
                target: 'waiting',
                actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
              },
            ],
          },
        },
      },
    },
    tripped: {
      description: 'The breaker is not closed: control calls fail at once.',
      initial: 'open',
      after: {
        restartAfterOpen: {
          actions: raise({ type: 'breaker.stuck' }),
          description: 'a managed server is launched again',
        },
      },
      states: {
        open: {
          description: 'No checks until the timer; each opening is longer.',
          entry: 'countOpening',
          after: { openTime: 'halfOpen' },
        },
        halfOpen: {
          description: 'Checked; one failure opens again, several successes in a row close.',
          initial: 'checking',
          states: {
            checking: {
              invoke: {
                id: 'askHalfOpen',
                src: 'askInfo',
                onDone: [
                  {
                    guard: 'lastConfirmation',
                    target: '#media-server.health.healthy',
                    actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
                  },
                  { target: 'waiting', actions: 'countConfirmation' },
                ],
                onError: {
                  target: '#media-server.health.tripped.open',
                  actions: { type: 'countFailure', params: ({ event }) => ({ error: event.error }) },
                },
              },
            },
            waiting: { after: { confirmInterval: 'checking' } },
          },
        },
      },
    },
    refused: {
      description: 'It answers but not to us: wrong credentials, wrong version, or not MediaMTX.',
      initial: 'waiting',
      states: {
        waiting: { after: { refusedInterval: 'checking' } },
        checking: {
          invoke: {
            id: 'askRefused',
            src: 'askInfo',
            onDone: {
              target: '#media-server.health.healthy',
              actions: { type: 'storeInfo', params: ({ event }) => ({ info: event.output }) },
            },
            onError: {
              target: 'waiting',
              actions: { type: 'storeTrouble', params: ({ event }) => ({ error: event.error }) },
            },
          },
        },
      },
    },
  },
});

const watchRegion = mediaServerSetup.createStateConfig({
  description: 'One look at all paths for all streams.',
  initial: 'off',
  states: {
    off: {
      description: 'Nothing to see while the server is down.',
      on: { 'health.good': { target: 'looking', actions: 'reportUp' } },
    },
    looking: {
      on: { 'health.bad': { target: 'off', actions: 'reportDown' } },
      invoke: {
        id: 'listPaths',
        src: 'listPaths',
        onDone: { target: 'resting', actions: { type: 'reportPaths', params: ({ event }) => event.output } },
        // The health region notices a server that does not answer.
        onError: 'resting',
      },
    },
    resting: {
      on: {
        'health.bad': { target: 'off', actions: 'reportDown' },
        'watch.fast': {
          target: 'looking',
          actions: { type: 'addFast', params: ({ event }) => ({ name: event.name }) },
        },
      },
      after: { watchInterval: 'looking' },
    },
  },
});

const compareRegion = mediaServerSetup.createStateConfig({
  description: 'The whole configuration against the wishes.',
  initial: 'off',
  states: {
    off: { on: { 'health.good': 'comparing' } },
    comparing: {
      on: { 'health.bad': 'off' },
      invoke: {
        id: 'compareEntries',
        src: 'compareEntries',
        input: ({ context }) => ({ entries: Object.values(context.wanted) }),
        onDone: {
          target: 'resting',
          actions: { type: 'reportCompared', params: ({ event }) => event.output },
        },
        onError: 'resting',
      },
    },
    resting: {
      on: { 'health.bad': 'off' },
      after: { compareInterval: 'comparing' },
    },
  },
});

const folders = ({ event }: { event: { output: FoldersSeen } }) => ({ folders: event.output });
const keepFolders = [
  { type: 'storeFolders' as const, params: folders },
  { type: 'reportFolders' as const, params: folders },
];
const keepFolderTrouble = {
  type: 'storeFolderTrouble' as const,
  params: ({ event }: { event: { error: unknown } }) => ({ error: event.error }),
};

const foldersRegion = mediaServerSetup.createStateConfig({
  description:
    'Does it touch and record where we look? What it once saw is believed until it is tested again.',
  initial: 'notTested',
  states: {
    notTested: {
      description: 'Waiting for an answer of a server that we did not launch.',
      always: { guard: 'managed', target: 'ours' },
      on: { 'health.good': 'testing' },
    },
    ours: { description: 'Launched by us with our folders: nothing to test.' },
    testing: {
      description: 'A self-test path is demanded and recorded once.',
      on: { 'health.bad': 'notTested' },
      invoke: {
        id: 'testFolders',
        src: 'testFolders',
        onDone: [
          { guard: { type: 'seesBoth', params: folders }, target: 'shared', actions: keepFolders },
          { target: 'notShared', actions: keepFolders },
        ],
        onError: { target: 'undecided', actions: keepFolderTrouble },
      },
    },
    shared: {
      description: 'It raises demand and records where we look.',
      on: { 'health.good': { guard: 'testedAnother', target: 'testing' } },
    },
    notShared: {
      description: 'Demand or recordings do not arrive; tested again slowly, and with each new incarnation.',
      initial: 'waiting',
      states: {
        waiting: {
          on: { 'health.bad': 'serverAway' },
          after: { folderRetest: 'checking' },
        },
        checking: {
          on: { 'health.bad': 'serverAway' },
          invoke: {
            id: 'testFoldersAgain',
            src: 'testFolders',
            onDone: [
              {
                guard: { type: 'seesBoth', params: folders },
                target: '#media-server.folders.shared',
                actions: keepFolders,
              },
              { target: 'waiting', actions: keepFolders },
            ],
            onError: { target: 'waiting', actions: keepFolderTrouble },
          },
        },
        serverAway: {
          on: {
            'health.good': [
              { guard: 'testedAnother', target: '#media-server.folders.testing' },
              { target: 'waiting' },
            ],
          },
        },
      },
    },
    undecided: {
      description: 'The test itself could not be made; nothing is refused because of it.',
      on: { 'health.bad': 'notTested' },
      after: { folderRetest: 'testing' },
    },
  },
});

export const mediaServerMachine = mediaServerSetup.createMachine({
  id: 'media-server',
  description: 'The media server: its process, its health, and regular looks at its paths.',
  context: ({ input }) => ({
    ...input,
    process: null,
    info: null,
    failures: 0,
    confirmed: 0,
    openings: 0,
    opened: 0,
    restarts: 0,
    wanted: {},
    fast: [],
    trouble: null,
    folders: null,
    foldersOf: null,
    folderTrouble: null,
  }),
  type: 'parallel',
  on: {
    'entry.wanted': { actions: { type: 'storeWanted', params: ({ event }) => event } },
    'watch.fast': { actions: { type: 'addFast', params: ({ event }) => ({ name: event.name }) } },
    'watch.slow': { actions: { type: 'removeFast', params: ({ event }) => ({ name: event.name }) } },
  },
  states: {
    process: processRegion,
    health: healthRegion,
    folders: foldersRegion,
    watch: watchRegion,
    compare: compareRegion,
  },
});
