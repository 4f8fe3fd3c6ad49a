/** What can happen to each machine: the events from outside, with values that make a difference, and ends of its work. */
import { type AnyMachineSnapshot, type AnyStateMachine, fromCallback } from 'xstate';
import { cameraMachine } from '../../src/machines/camera.ts';
import { controlsMachine } from '../../src/machines/controls.ts';
import { discoveryMachine } from '../../src/machines/discovery.ts';
import { CameraError } from '../../src/machines/errors.ts';
import { handleOf } from '../../src/machines/identity.ts';
import { mediaServerMachine } from '../../src/machines/media-server.ts';
import { pathMachine } from '../../src/machines/path.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { rivalsMachine } from '../../src/machines/rivals.ts';
import { serviceMachine } from '../../src/machines/service.ts';
import { snapshotMachine } from '../../src/machines/snapshot.ts';
import { storageMachine } from '../../src/machines/storage.ts';
import { streamMachine } from '../../src/machines/stream.ts';
import type { StreamContext } from '../../src/machines/stream-values.ts';
import type { DeviceNode } from '../../src/machines/values.ts';
import { viewersMachine } from '../../src/machines/viewers.ts';
import { warmupMachine } from '../../src/machines/warmup.ts';
import { watchdogMachine } from '../../src/machines/watchdog.ts';
import { usualControls } from '../support/fake-controls.ts';
import {
  cameraLimits,
  controlLimits,
  device,
  endOf,
  failure,
  frame,
  known,
  ladder,
  mediaServerLimits,
  movedDevice,
  node,
  observed,
  order,
  part,
  plan,
  probed,
  processOf,
  recordingLimits,
  rung,
  serverInfo,
  streamLimits,
} from '../support/machine-fixtures.ts';
import type { Alphabet, ModelEvent } from './explore.ts';

export interface Model {
  readonly machine: AnyStateMachine;
  readonly alphabets: readonly Alphabet[];
  /** Where it should always be able to come back to, or end. */
  readonly good: (snapshot: AnyMachineSnapshot) => boolean;
}

/** Children are not what is explored: they keep silent, and their reports are events of the alphabet. */
const silent = fromCallback(() => {}) as never;
const troubles = [new CameraError('capture-failed', 'model'), new CameraError('device-busy', 'model')];
const finished = () => [
  { session: 's', parts: [part()] },
  { session: 's', parts: [] },
];

const parts = (snapshot: AnyMachineSnapshot): readonly unknown[] => {
  const { parts: before, sizeBytes, lookedMonoMs } = snapshot.context;
  const seen = { monoMs: (lookedMonoMs ?? 0) + 1000, atMs: part().startedAtMs + 2000 };
  const grown = [part({ sizeBytes: sizeBytes + 1000 })];
  const closed = before.map((p: { durationMs: number | null }) => ({ ...p, durationMs: 2000 }));
  const late = { ...seen, monoMs: seen.monoMs + 1_000_000 };
  return [
    { ...seen, parts: before },
    { ...seen, parts: grown },
    { ...late, parts: before },
    { ...seen, parts: closed },
    { ...seen, parts: [] },
  ];
};
/** The newest is closed, an earlier one never will be. */
const tornBefore = (snapshot: AnyMachineSnapshot) => {
  const { sizeBytes, lookedMonoMs } = snapshot.context;
  const newest = part({ file: 'newest.mp4', sizeBytes, durationMs: 2000 });
  return { monoMs: lookedMonoMs ?? 0, atMs: part().startedAtMs, parts: [part({ sizeBytes: 0 }), newest] };
};

function streamEvents(snapshot: AnyMachineSnapshot): readonly ModelEvent[] {
  const context = snapshot.context as StreamContext;
  const bytes = context.observation?.inboundBytes ?? 0;
  const live = { available: true, sourceId: 'a', availableTime: 't' };
  const look = (fields: object) => ({ type: 'path.observed', path: observed(fields), monoMs: 1, atMs: 1 });
  return [
    { type: 'camera.present', devicePaths: ['/dev/video0'] },
    { type: 'camera.present', devicePaths: ['/dev/video9'] },
    { type: 'camera.ready', ladder: ladder() },
    { type: 'camera.lost', cause: 'camera_disconnected', atMs: 1 },
    { type: 'stream.start' },
    { type: 'stream.stop' },
    { type: 'stream.retry' },
    { type: 'stream.release', reason: 'service_stopped' },
    { type: 'stream.ask' },
    { type: 'call.lapsed' },
    ...(context.session === null && context.closing.length === 0 && context.unfiled.length === 0
      ? [{ type: 'recording.order', order: order() }]
      : []),
    { type: 'recording.stop', reason: 'requested' },
    ...(context.snapshots.length === 0
      ? [
          {
            type: 'snapshot.order',
            snapshot: { id: 'a1', request: {}, maxAgeMs: 0, deadlineMs: 1, orderedMonoMs: 1 },
          },
        ]
      : [{ type: 'snapshot.ended', id: 'a1' }]),
    { type: 'server.up', info: serverInfo() },
    { type: 'server.down' },
    look({ ...live, inboundBytes: bytes + 100, readers: 0 }),
    look({ ...live, inboundBytes: bytes + 100, readers: 1 }),
    look({ ...live, inboundBytes: bytes, readers: 0 }),
    look({ ...live, inboundBytes: bytes + 100, sourceId: 'b' }),
    look({ available: false, inboundBytes: 0, sourceId: null, availableTime: null }),
    { type: 'path.observed', path: null, monoMs: 1, atMs: 1 },
    { type: 'path.unseen' },
    { type: 'entry.drifted' },
    { type: 'entry.agreed', revision: context.revision },
    { type: 'entry.refused', trouble: failure('media-server-refused') },
    { type: 'demand.touched' },
    { type: 'storage.changed', level: 'ok' },
    { type: 'storage.changed', level: 'critical' },
    { type: 'storage.changed', level: 'missing' },
    { type: 'viewers.came' },
    { type: 'viewers.left' },
    { type: 'rivals.found', trouble: failure('capture-failed') },
    { type: 'rivals.gone' },
    { type: 'capture.spawned', process: processOf() },
    { type: 'capture.exited', end: endOf('capture-failed'), atMs: 1 },
    { type: 'capture.exited', end: endOf('device-busy'), atMs: 1 },
    { type: 'frame.tapped', frame: frame(1000) },
    { type: 'frame.tapped', frame: frame(2000) },
    ...(context.warming ? [{ type: 'warmup.ended', settled: true }] : []),
    ...(['bytes', 'frames', 'picture'] as const).flatMap((subject) => [
      { type: 'watchdog.late', subject },
      { type: 'watchdog.fresh', subject },
    ]),
    ...(context.session === null
      ? []
      : [
          { type: 'reason.add', reason: `recording:${context.session}` },
          { type: 'reason.remove', reason: `recording:${context.session}` },
          { type: 'record.arm', order: order({ session: context.session }) },
          { type: 'record.disarm', session: context.session },
          { type: 'recording.started', session: context.session },
          { type: 'recording.closed', session: context.session },
          { type: 'recording.ended', session: context.session, finished: null, failed: true },
          {
            type: 'xstate.error.actor.model',
            actorId: `recording:${context.session}`,
            error: new Error('model'),
          },
        ]),
    ...context.closing.map((session) => ({ type: 'recording.unfiled', session })),
    ...context.unfiled.map((session) => ({
      type: 'recording.ended',
      session,
      finished: null,
      failed: false,
    })),
    ...context.closing.flatMap((session) => [
      { type: 'record.disarm', session },
      { type: 'recording.closed', session },
      { type: 'recording.ended', session, finished: null, failed: false },
      { type: 'xstate.done.actor.model', actorId: `recording:${session}`, output: undefined },
    ]),
  ];
}

const ADOPTION_EVENTS = [
  'camera.present',
  'camera.ready',
  'camera.lost',
  'stream.stop',
  'stream.release',
  'server.up',
  'server.down',
  'entry.agreed',
  'path.observed',
  'frame.tapped',
  'capture.spawned',
  'capture.exited',
];

const PICTURE_EVENTS = [
  'camera.present',
  'camera.ready',
  'stream.start',
  'server.up',
  'entry.agreed',
  'path.observed',
  'frame.tapped',
  'capture.exited',
  'watchdog.late',
  'snapshot.order',
  'snapshot.ended',
];

/** Enough for sessions whose files wait for the disk. */
const UNFILED_EVENTS = [
  'camera.ready',
  'recording.order',
  'recording.closed',
  'recording.unfiled',
  'recording.ended',
  'storage.changed',
  'stream.release',
];

/** Enough for a camera that has several ways, and whose own H.264 is looked at first. */
const PLAN_EVENTS = [
  'camera.lost',
  'stream.start',
  'stream.stop',
  'server.up',
  'server.down',
  'entry.agreed',
];
const LOWER_WAY_EVENTS = [
  'stream.start',
  'stream.stop',
  'stream.retry',
  'server.up',
  'entry.agreed',
  'path.observed',
  'frame.tapped',
];
const toExamine = rung({ fourcc: 'H264', encoder: 'copy', tapFrom: 'keyframes' }, { toExamine: true });
const LADDERS = [ladder(toExamine, {}), ladder({ fourcc: 'MJPG' }, {}), ladder(toExamine)];

const RIVAL_EVENTS = [
  'camera.ready',
  'stream.start',
  'stream.stop',
  'server.up',
  'server.down',
  'entry.agreed',
  'path.observed',
  'frame.tapped',
  'capture.exited',
  'watchdog.late',
  'watchdog.fresh',
  'rivals.found',
  'rivals.gone',
];

/** A second camera with the serial of `node()`. */
const twin = node({ syspath: '/sys/twin', parentSyspath: '/sys/devices/usb1/1-2', portPath: 'usb-2' });

const rival = { what: 'capture', process: processOf(7) };

/** What the last words of a failed capture tell: nothing. */
const silence = () => [null];

const streamInput = {
  cameraId: 'camera0',
  limits: { ...streamLimits, attempts: 2, picturePolicy: 'restart' },
  recordingLimits,
  expected: false,
  callWanted: false,
  recordingWishes: [],
  server: null,
};

const recordingInput = { order: order({ durationMs: 10_000 }), limits: recordingLimits, restored: null };
const recordingAlphabet = (input: unknown): Alphabet => ({
  input,
  events: () => [
    { type: 'stream.live' },
    { type: 'stream.lost', cause: 'capture_lost', atMs: null },
    { type: 'stream.lost', cause: 'media_server_lost', atMs: null },
    { type: 'stream.lost', cause: 'camera_disabled', atMs: 1 },
    { type: 'stream.faulted', trouble: failure('device-busy') },
    { type: 'stream.blip', cause: 'publisher_replaced', atMs: 1 },
    { type: 'stream.contested', sinceAtMs: 0 },
    { type: 'record.armed' },
    { type: 'record.disarmed' },
    { type: 'recording.stop', reason: 'requested' },
    { type: 'storage.usable' },
    { type: 'resume.lapsed' },
  ],
  outputs: {
    lookAtParts: parts,
    lookForFile: parts,
    lookForEnd: (snapshot) => [...parts(snapshot), tornBefore(snapshot)],
    lookAtOldParts: parts,
    lookAtLoss: parts,
    lookForMore: parts,
    salvageParts: parts,
    salvageLate: parts,
    finalise: finished,
    finaliseLate: finished,
  },
});

const FOLDERS = [
  { demand: true, recording: true },
  { demand: false, recording: true },
];

const mediaServerAlphabet = (managed: boolean): Alphabet => ({
  input: { managed, limits: { ...mediaServerLimits, failureThreshold: 3, confirmations: 2 } },
  events: (snapshot) => [
    { type: 'media-server.start' },
    { type: 'media-server.stop' },
    {
      type: 'entry.wanted',
      name: 'camera0',
      entry: { name: 'camera0', demandStartTimeoutMs: 1, record: null },
    },
    { type: 'entry.wanted', name: 'camera0', entry: null },
    ...(snapshot.context.fast.length === 0 ? [{ type: 'watch.fast', name: 'camera0' }] : []),
    { type: 'watch.slow', name: 'camera0' },
    { type: 'process.ended', end: endOf() },
  ],
  outputs: {
    findServer: () => [null, processOf(1, true)],
    launchServer: () => [processOf()],
    askLaunched: () => [serverInfo()],
    ...Object.fromEntries(
      ['askUnknown', 'askHealthy', 'askFailing', 'askHalfOpen', 'askRefused'].map((id) => [
        id,
        () => [serverInfo(), serverInfo('2026-11-23T05:00:00Z')],
      ]),
    ),
    listPaths: () => [{ paths: [], monoMs: 1, atMs: 1 }],
    compareEntries: () => [{ differing: [] }],
    testFolders: () => FOLDERS,
    testFoldersAgain: () => FOLDERS,
  },
  errors: { '*': [failure('media-server-unreachable'), failure('media-server-refused')] },
  // The looks at paths and entries say nothing of the rest; the server's incarnation does.
  facts: ({ context }) => [
    context.restarts > 1,
    context.info?.started,
    Math.min(context.failures, 2),
    Object.keys(context.wanted).length,
  ],
});

const measure = (availableBytes: number, writable = true) => ({
  totalBytes: 100,
  availableBytes,
  writable,
  full: false,
  problem: null,
});

export const MODELS: Readonly<Record<string, Model>> = {
  warmup: {
    machine: warmupMachine,
    alphabets: [
      {
        input: { limitMs: 1 },
        events: () => [
          { type: 'frame.seen', luma: 16 },
          { type: 'frame.seen', luma: 120 },
        ],
        facts: ({ context }) => context.lumas,
      },
    ],
    good: (snapshot) => snapshot.status === 'done',
  },
  watchdog: {
    machine: watchdogMachine,
    alphabets: [
      {
        input: { subject: 'bytes', limitMs: 1000 },
        events: () => [{ type: 'beat' }, { type: 'watchdog.hold' }, { type: 'watchdog.resume' }],
      },
    ],
    good: (snapshot) => snapshot.matches('fresh'),
  },
  viewers: {
    machine: viewersMachine,
    alphabets: [
      {
        input: { cameraId: 'camera0', startTimeoutMs: 1, closeAfterMs: 1 },
        events: () => [
          { type: 'demand.touched' },
          { type: 'readers.observed', readers: 0 },
          { type: 'readers.observed', readers: 2 },
          { type: 'stream.live' },
          { type: 'stream.notLive' },
        ],
        outputs: { countReaders: () => [0, 2] },
      },
    ],
    good: (snapshot) => snapshot.matches('none'),
  },
  rivals: {
    machine: rivalsMachine,
    alphabets: [
      {
        input: { cameraId: 'camera0', limits: streamLimits.rivals },
        events: () => [
          { type: 'capture.changed', capture: processOf() },
          { type: 'capture.changed', capture: null },
          { type: 'source.seen', sourceId: 'a', monoMs: 1 },
          { type: 'source.seen', sourceId: 'b', monoMs: 1 },
          { type: 'source.seen', sourceId: 'b', monoMs: 60_000 },
          { type: 'source.seen', sourceId: null, monoMs: 1 },
          { type: 'source.forgotten' },
        ],
        outputs: { findRivals: () => [[], [rival]] },
        errors: { '*': [failure('media-server-unreachable'), failure('deadline')] },
        facts: ({ context }) => [
          context.capture === null,
          context.sourceId,
          context.changedMonoMs.length,
          Math.min(context.rounds, 2),
        ],
      },
    ],
    good: (snapshot) => snapshot.matches('calm'),
  },
  controls: {
    machine: controlsMachine,
    alphabets: [
      { wishes: [], orders: ['brightness', 'restart'] },
      { wishes: [], orders: ['focus_automatic_continuous'] },
      { wishes: [{ name: 'brightness', value: 7 }], orders: ['brightness'] },
      { wishes: [{ name: 'restart', value: 1 }], orders: [] },
      { wishes: [{ name: 'focus_automatic_continuous', value: 0 }], orders: [] },
    ].map(({ wishes, orders }) => ({
      input: { cameraId: 'camera0', limits: { ...controlLimits, attempts: 2 }, wishes },
      events: ({ context }: AnyMachineSnapshot) => [
        { type: 'camera.ready', target: { origin: 'v4l2', devicePath: '/dev/video0' } },
        { type: 'camera.lost', trouble: failure('device-gone') },
        { type: 'stream.flowing' },
        ...(context.orders.length === 0
          ? [
              { kind: 'list' },
              { kind: 'set', name: 'brightness', asked: 7 },
              { kind: 'set', name: 'brightness', asked: 700 },
              { kind: 'set', name: 'focus_automatic_continuous', asked: false },
              { kind: 'set', name: 'restart', asked: true },
              { kind: 'reset', name: 'brightness' },
            ]
              .filter(({ name }) => name === undefined || orders.includes(name))
              .map((order) => ({ type: 'controls.order', order: { id: 'a', ...order } }))
          : []),
      ],
      outputs: {
        listControls: () => [
          usualControls(),
          usualControls().map((one) => (one.name === 'brightness' ? { ...one, value: 7 } : one)),
          [],
        ],
        trySetting: () => [undefined],
        applyWish: () => [undefined],
        ...Object.fromEntries(
          ['readOrdered', 'readBack', 'check'].map((id) => [
            id,
            () => [
              [
                { name: 'brightness', value: 7 },
                { name: 'focus_automatic_continuous', value: 0 },
              ],
              [{ name: 'brightness', value: 0 }],
            ],
          ]),
        ),
      },
      errors: { '*': [failure('probe-failed'), failure('deadline')] },
      facts: ({ context }: AnyMachineSnapshot) => [
        context.wishes,
        context.orders,
        context.tried,
        context.controls.length,
        context.drifted.length,
        Math.min(context.attempts, 2),
      ],
    })),
    good: (snapshot) => snapshot.matches('idle') || snapshot.matches('settled'),
  },
  path: {
    machine: pathMachine,
    alphabets: [
      {
        input: { name: 'camera0', verifyIntervalMs: 1, verifyLimitMs: 1, retryMs: 1 },
        events: ({ context }) => [
          // Two revisions are enough to be behind.
          ...(context.revision < 3
            ? [
                {
                  type: 'entry.want',
                  entry: { name: 'camera0', record: null },
                  revision: context.revision + 1,
                },
              ]
            : []),
          { type: 'entry.drifted' },
          { type: 'server.up' },
          { type: 'server.down' },
        ],
        outputs: {
          entryAgrees: () => [true, false],
          verifyEntry: () => [true, false],
          verifyLast: () => [true, false],
        },
        errors: {
          '*': [
            failure('media-server-unreachable'),
            failure('media-server-refused'),
            failure('outcome-unknown'),
          ],
        },
      },
    ],
    good: (snapshot) => snapshot.matches('agreed'),
  },
  storage: {
    machine: storageMachine,
    alphabets: [
      {
        input: { checkIntervalMs: 1, lowPercent: 80, criticalPercent: 90, hysteresisPercent: 2 },
        events: () => [{ type: 'storage.check' }],
        outputs: {
          measure: () => [
            measure(50),
            measure(21),
            measure(15),
            measure(11),
            measure(5),
            measure(50, false),
            { ...measure(0, false), full: true },
          ],
        },
      },
    ],
    good: (snapshot) => snapshot.matches({ level: 'ok' }),
  },
  discovery: {
    machine: discoveryMachine,
    alphabets: [
      {
        input: { rescanIntervalMs: 1, retryMs: 1 },
        events: () => [
          { type: 'source.ready', kind: 'udev' },
          { type: 'source.ready', kind: 'polling' },
          { type: 'source.failed', trouble: failure('internal') },
          { type: 'source.changed', change: { type: 'node.added', node: node() }, atMs: 1 },
          { type: 'source.changed', change: { type: 'node.added', node: twin }, atMs: 1 },
          { type: 'source.changed', change: { type: 'node.removed', syspath: node().syspath }, atMs: 1 },
          { type: 'discovery.rescan' },
        ],
        outputs: {
          listDevices: () => [
            { nodes: [], atMs: 1 },
            { nodes: [node()], atMs: 1 },
          ],
        },
        facts: ({ context }) => context.nodes.map((one: DeviceNode) => one.syspath),
      },
    ],
    good: (snapshot) =>
      snapshot.matches({ sourcing: 'watching' }) || snapshot.matches({ sourcing: 'polling' }),
  },
  snapshot: {
    machine: snapshotMachine,
    alphabets: [
      {
        input: {
          id: 'a',
          request: {},
          maxAgeMs: 0,
          waitSettled: true,
          deadlineMs: 1,
          orderedMonoMs: 1000,
          wasLive: true,
        },
        events: () => [
          { type: 'stream.live' },
          { type: 'frame.seen', seenMonoMs: 500, warming: false },
          { type: 'frame.seen', seenMonoMs: 1500, warming: false },
          { type: 'frame.seen', seenMonoMs: 1500, warming: true },
          { type: 'light.known', settled: false },
          { type: 'tap.unavailable' },
          { type: 'stream.faulted', trouble: failure('device-busy') },
          { type: 'stream.lost', trouble: failure('device-gone') },
        ],
        outputs: { savePicture: () => [{ filename: 'a.jpg', sizeBytes: 1, takenAtMs: 1, frameAgeMs: 1 }] },
      },
    ],
    good: (snapshot) => snapshot.status === 'done',
  },
  recording: {
    machine: recordingMachine,
    alphabets: [
      recordingAlphabet(recordingInput),
      recordingAlphabet({
        ...recordingInput,
        restored: { order: recordingInput.order, gaps: [], adoptions: 0, ending: null },
      }),
      recordingAlphabet({
        ...recordingInput,
        restored: { order: recordingInput.order, gaps: [], adoptions: 1, ending: 'requested' },
      }),
    ],
    good: (snapshot) => snapshot.status === 'done',
  },
  stream: {
    machine: streamMachine.provide({
      actors: {
        path: silent,
        viewers: silent,
        rivals: silent,
        watchdog: silent,
        warmup: silent,
        recording: silent,
        snapshot: silent,
      },
    }),
    alphabets: [
      {
        input: streamInput,
        events: (snapshot) =>
          streamEvents(snapshot).filter(
            ({ type }) =>
              type !== 'camera.present' && type !== 'recording.unfiled' && !type.startsWith('rivals.'),
          ),
        outputs: {
          clearCapture: silence,
          findCapture: () => [null, { process: processOf(1, true), devicePath: '/dev/video0', plan: plan() }],
          countReaders: () => [0, 1],
        },
        errors: { '*': troubles },
      },
      {
        input: { ...streamInput, expected: true, callWanted: true },
        events: (snapshot) => streamEvents(snapshot).filter(({ type }) => ADOPTION_EVENTS.includes(type)),
        outputs: {
          clearCapture: silence,
          findCapture: () => [null, { process: processOf(1, true), devicePath: '/dev/video0', plan: plan() }],
          countReaders: () => [0, 1],
        },
        errors: { '*': troubles },
      },
      {
        input: streamInput,
        events: (snapshot) => streamEvents(snapshot).filter(({ type }) => RIVAL_EVENTS.includes(type)),
        outputs: { clearCapture: silence, findCapture: () => [null], countReaders: () => [0] },
        errors: { '*': troubles },
      },
      {
        input: streamInput,
        events: (snapshot) => streamEvents(snapshot).filter(({ type }) => UNFILED_EVENTS.includes(type)),
        outputs: { clearCapture: silence, findCapture: () => [null], countReaders: () => [0] },
        errors: { '*': troubles },
      },
      {
        input: streamInput,
        events: (snapshot) => [
          ...streamEvents(snapshot).filter(({ type }) => PLAN_EVENTS.includes(type)),
          ...LADDERS.map((one) => ({ type: 'camera.ready', ladder: one })),
          { type: 'capture.exited', end: endOf('invalid-format'), atMs: 1 },
        ],
        outputs: {
          clearCapture: silence,
          findCapture: () => [null],
          countReaders: () => [0],
          examine: () => [{ plan: plan(), stream: null }],
        },
        errors: { '*': troubles },
      },
      {
        // Lives on a lower way, and is told to try the best one again.
        input: streamInput,
        events: (snapshot) => [
          ...streamEvents(snapshot).filter(({ type }) => LOWER_WAY_EVENTS.includes(type)),
          { type: 'camera.ready', ladder: LADDERS[1] },
          { type: 'capture.exited', end: endOf('invalid-format'), atMs: 1 },
        ],
        outputs: { clearCapture: silence, findCapture: () => [null], countReaders: () => [0] },
      },
      {
        // Gives up at once, does not know what its capture of an earlier life captures, and is asked for pictures.
        input: {
          ...streamInput,
          expected: true,
          limits: { ...streamInput.limits, attempts: 1, picturePolicy: 'report' },
        },
        events: (snapshot) => streamEvents(snapshot).filter(({ type }) => PICTURE_EVENTS.includes(type)),
        outputs: {
          clearCapture: silence,
          findCapture: () => [{ process: processOf(1, true), devicePath: '/dev/video0', plan: null }],
          countReaders: () => [0, 1],
        },
        errors: { '*': troubles },
        facts: ({ context }) => [context.snapshots.length, context.late.length],
      },
    ],
    good: (snapshot) =>
      snapshot.matches('idle') || snapshot.matches({ live: 'flowing' }) || snapshot.status === 'done',
  },
  camera: {
    machine: cameraMachine.provide({ actors: { stream: silent, controls: silent } }),
    alphabets: [
      { at: device(), disabled: false },
      { at: null, disabled: false },
      { at: null, disabled: true },
    ].map(({ at, disabled }) => ({
      input: {
        known: known({ disabled }),
        limits: { ...cameraLimits, probeAttempts: 2 },
        device: at,
        recordingWishes: [],
        server: null,
      },
      events: () => [
        { type: 'device.attached', device: device(), atMs: 1 },
        { type: 'device.changed', device: device(), atMs: 1 },
        { type: 'device.changed', device: movedDevice(), atMs: 1 },
        { type: 'device.detached', atMs: 1 },
        { type: 'devices.listed', atMs: 1 },
        { type: 'camera.identified', identity: device().identity },
        { type: 'camera.retry' },
        { type: 'camera.disable', atMs: 1 },
        { type: 'camera.enable' },
        { type: 'camera.rename', name: 'Door' },
        { type: 'camera.forget', atMs: 1 },
        { type: 'camera.release', reason: 'service_stopped' },
        { type: 'stream.flowing' },
        { type: 'controls.wished', wishes: [{ name: 'brightness', value: 7 }] },
        { type: 'call.changed', wanted: true },
        { type: 'call.changed', wanted: false },
        { type: 'stream.examined', mode: cameraLimits.wish, stream: null },
        { type: 'entry.wanted', name: 'camera0', entry: null },
        { type: 'watch.fast', name: 'camera0' },
        { type: 'watch.slow', name: 'camera0' },
        { type: 'recording.started', session: 's', cameraId: 'camera0' },
        { type: 'recording.unfiled', session: 's', cameraId: 'camera0' },
        { type: 'recording.ended', session: 's', cameraId: 'camera0', finished: null, failed: true },
        { type: 'stream.released' },
        { type: 'xstate.done.actor.model', actorId: 'model', output: undefined },
        { type: 'xstate.error.actor.model', actorId: 'model', error: new Error('model') },
      ],
      outputs: {
        probe: () => [probed(), probed('NOPE')],
        confirm: () => [probed(), probed('MJPG'), probed('NOPE')],
      },
      errors: { '*': [failure('probe-failed'), failure('no-permission')] },
      facts: ({ context }: AnyMachineSnapshot) => [context.attempts, context.doubts],
    })),
    good: (snapshot) =>
      snapshot.matches('ready') ||
      snapshot.matches('disconnected') ||
      snapshot.matches('disabled') ||
      snapshot.status === 'done',
  },
  service: {
    machine: serviceMachine.provide({
      actors: {
        camera: silent,
        discovery: silent,
        mediaServer: silent,
        storage: silent,
        watchDemand: silent,
      },
    }),
    alphabets: [
      {
        input: {
          wishes: { cameras: [], recordings: [] },
          camera: cameraLimits,
          mediaServer: { managed: true, limits: mediaServerLimits },
          discovery: { rescanIntervalMs: 1, retryMs: 1 },
          storage: { checkIntervalMs: 1, lowPercent: 80, criticalPercent: 90, hysteresisPercent: 2 },
          reconcileTimeoutMs: 1,
          stopTimeoutMs: 1,
        },
        events: (snapshot) => [
          ...(snapshot.matches('stopping') ||
          (snapshot.matches('working') && !snapshot.matches({ working: { starting: 'reaping' } }))
            ? [
                { type: 'device.attached', device: device(), atMs: 1 },
                { type: 'devices.listed', atMs: 1 },
              ]
            : []),
          { type: 'device.changed', device: device(), atMs: 1 },
          { type: 'device.detached', handle: handleOf(device()), atMs: 1 },
          { type: 'server.up', info: serverInfo() },
          { type: 'server.down', trouble: null },
          { type: 'paths.observed', paths: [], monoMs: 1, atMs: 1 },
          { type: 'paths.unseen' },
          { type: 'entries.compared', differing: ['camera0'] },
          { type: 'folders.tested', folders: { demand: true, recording: true } },
          { type: 'storage.changed', level: 'ok' },
          { type: 'storage.changed', level: 'missing' },
          { type: 'entry.wanted', name: 'camera0', entry: null },
          { type: 'watch.fast', name: 'camera0' },
          { type: 'watch.slow', name: 'camera0' },
          { type: 'demand.touched', path: 'camera0' },
          { type: 'recording.started', session: 's', cameraId: 'camera0' },
          { type: 'recording.unfiled', session: 's', cameraId: 'camera0' },
          { type: 'recording.ended', session: 's', cameraId: 'camera0', finished: null, failed: true },
          ...(snapshot.matches('stopping') ? [{ type: 'camera.released', cameraId: 'camera0' }] : []),
          { type: 'media-server.stopped' },
          { type: 'discovery.changed' },
          { type: 'camera.rename', cameraId: 'camera0', name: 'Door' },
          ...(snapshot.matches('working') && !snapshot.matches({ working: { starting: 'reaping' } })
            ? [
                {
                  type: 'xstate.done.actor.model',
                  actorId: 'model',
                  output: { device: device(), atMs: 1 },
                },
              ]
            : []),
          { type: 'service.stop' },
          { type: 'service.handOver' },
          { type: 'xstate.done.actor.model', actorId: 'model', output: undefined },
          { type: 'xstate.error.actor.model', actorId: 'model', error: new Error('model') },
        ],
        facts: ({ context }) => [
          context.cameras.length,
          context.listed,
          context.server !== null,
          context.storageLevel,
          context.crashed.length > 0,
        ],
      },
    ],
    good: (snapshot) => snapshot.matches({ working: 'ready' }) || snapshot.status === 'done',
  },
  'media-server': {
    machine: mediaServerMachine,
    alphabets: [mediaServerAlphabet(true), mediaServerAlphabet(false)],
    good: (snapshot) => snapshot.matches({ health: 'healthy' }) || snapshot.matches({ process: 'stopped' }),
  },
};
