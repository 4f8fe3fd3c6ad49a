/**
 * What each delay of each machine may be at most with the default configuration, in milliseconds; and what is promised of
 * ways through several of them. docs/budgets.md is made of it; a delay without a budget fails a test.
 */

/** By machine and the delay's name in its chart. */
export const BUDGETS_MS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  service: { reconcileTimeout: 10_000, stopTimeout: 20_000 },
  discovery: { rescanInterval: 60_000, retry: 2000 },
  storage: { checkInterval: 5000 },
  'media-server': {
    ...{ launchTimeout: 10_000, launchCheckInterval: 50 },
    // The longest wait of a doubling one, with the most jitter.
    ...{ restartBackoff: 36_000, restartForget: 30_000, restartAfterOpen: 20_000 },
    ...{ checkInterval: 2000, failingInterval: 500, openTime: 144_000, confirmInterval: 500 },
    ...{ refusedInterval: 10_000, watchInterval: 1000, compareInterval: 10_000, folderRetest: 60_000 },
  },
  camera: {
    ...{ settle: 100, probeTimeout: 5000, probeBackoff: 30_000, confirmAfter: 1000 },
    ...{ faultedRetry: 300_000, streamLimit: 15_500 },
  },
  controls: { timeout: 3000, check: 30_000, backoff: 300_000, retry: 300_000 },
  stream: {
    ...{ startTimeout: 10_000, framesLimit: 4000, suspectLimit: 5000, republishLimit: 10_000 },
    ...{ lookAgain: 1000, backoff: 36_000, faultedRetry: 60_000, forget: 30_000, releaseLimit: 15_000 },
    // Raised, not of a state: start_streaming that nobody watches.
    'call.lapsed': 300_000,
  },
  path: { verifyInterval: 20, verifyLimit: 2000, retry: 1000 },
  viewers: { lapse: 20_000, closeAfter: 10_000 },
  rivals: { look: 200, search: 5000, backoff: 36_000 },
  watchdog: { limit: 30_000 },
  warmup: { limit: 3000 },
  recording: {
    ...{ readyTimeout: 15_000, heartbeat: 1000, heartbeatLimit: 5000, closeTimeout: 2000 },
    ...{ closeCheck: 40, fileRetry: 30_000, 'resume.lapsed': 30_000 },
    // A wish of the client, not ours: never without one.
    durationLeft: 2_000_000_000,
  },
  snapshot: { deadline: 10_000, lightLimit: 5000 },
};

/** Of the stream, with the most jitter; the delay's own length is that of its longest wait. */
export const FIRST_BACKOFF = 'the first stream.backoff';

export interface Promised {
  readonly what: string;
  readonly budgetMs: number;
  /** What it is made of: delays, as `machine.delay`, and keys of the configuration. */
  readonly path: readonly string[];
}

export const PROMISES: readonly Promised[] = [
  {
    what: 'a plug is a camera that is asked what it can do, and answered or given up',
    budgetMs: 5100,
    path: ['camera.settle', 'camera.probeTimeout'],
  },
  {
    what: 'an unplug is told where devices are only polled (udev tells at once)',
    budgetMs: 1000,
    path: ['camera.poll_interval_ms'],
  },
  {
    what: 'an unplug that no event told of is found',
    budgetMs: 60_000,
    path: ['discovery.rescanInterval'],
  },
  {
    what: 'a capture that ends is cleared away, and the first new one starts',
    budgetMs: 3200,
    path: ['capture.stop_timeout_ms', FIRST_BACKOFF],
  },
  {
    what: 'a capture that lives and gives no picture is given up',
    budgetMs: 9000,
    path: ['stream.frames_limit_ms', 'stream.suspectLimit'],
  },
  {
    what: 'a capture that gives pictures of which no bytes arrive is given up',
    budgetMs: 8000,
    path: ['stream.bytes_limit_ms', 'stream.suspectLimit'],
  },
  {
    what: 'a media server that ends is launched again, and answers or is ended',
    budgetMs: 10_000,
    path: ['media-server.launchTimeout'],
  },
  {
    what: 'a media server that ends again and again is launched anew, and answers or is ended',
    budgetMs: 46_000,
    path: ['media-server.restartBackoff', 'media-server.launchTimeout'],
  },
  {
    what: 'a media server that falls silent is called down',
    budgetMs: 18_000,
    // Every question may take all of its time.
    path: [
      'media-server.checkInterval',
      ...Array(3).fill('mediamtx.request_timeout_ms'),
      ...Array(2).fill('media-server.failingInterval'),
    ],
  },
  {
    what: 'a recording ends after its order, without a media server or a file that is closed',
    budgetMs: 4000,
    path: ['recording.closeTimeout', 'recording.closeTimeout'],
  },
  {
    what: 'a recording whose file stands still is told as interrupted, and ended when it does not come back',
    budgetMs: 35_000,
    path: ['recording.heartbeatLimit', 'recording.resume.lapsed'],
  },
  {
    what: 'a stream that nobody watches any more begins to end',
    budgetMs: 15_000,
    path: ['viewers.closeAfter', 'mediamtx.request_timeout_ms'],
  },
  { what: 'a camera is forgotten, or released at a stop', budgetMs: 15_500, path: ['camera.streamLimit'] },
  { what: 'the service stops', budgetMs: 20_000, path: ['service.stopTimeout'] },
];

/** Limits that must come before others, so that what waits hears of what is waited for. */
export const BEFORE: readonly (readonly [string, string, string])[] = [
  ['stream.releaseLimit', 'camera.streamLimit', 'a stream that ends at its own limit is heard'],
  ['camera.streamLimit', 'service.stopTimeout', 'cameras end before the service gives up'],
  ['capture.stop_timeout_ms', 'stream.releaseLimit', 'a capture ends before its stream gives up'],
  ['recording.closeTimeout', 'stream.releaseLimit', 'a recording ends before its stream gives up'],
  ['stream.startTimeout', 'recording.readyTimeout', 'a recording hears why its stream did not start'],
];
