/**
 * The world of the product: what opens the camera, the media server, the disk, and how the work of the machines may end
 * in it. The first ending of each is the one of a world that is well. It acts and never decides; what no world may ever
 * see (two that have the camera open) is noted as a fault.
 */
import type { AnyMachineSnapshot } from 'xstate';
import { CameraError } from '../../src/machines/errors.ts';
import type { CapturePlan, PathEntry, RecordedPart } from '../../src/machines/values.ts';
import {
  endOf,
  failure,
  frame,
  part,
  plan,
  probed,
  processOf,
  serverInfo,
} from '../support/machine-fixtures.ts';
import type { Call, Joint, Run } from './product-system.ts';

export const CAMERA = 'camera:camera0';
export const STREAM = 'stream:camera0';
export const SESSION = 's';
export const RECORDING = `${STREAM}/recording:${SESSION}`;
export const SERVER = 'media-server';
export const PATH = `${STREAM}/path`;
const CAPTURE = `${STREAM}/capture`;

/** Who has the device open. Probes and controls share it, as V4L2 allows; who takes pictures does not. */
export interface Owner {
  readonly kind: 'capture' | 'look' | 'leftover';
  /** It could not be ended in time, and whoever comes next is told so by its port: nothing is started beside it. */
  readonly isStuck: boolean;
}

export interface World {
  /** It gives H.264 of its own, which is looked at once. */
  readonly isH264: boolean;
  readonly isPlugged: boolean;
  readonly isWatched: boolean;
  readonly owners: readonly Owner[];
  /** Of the capture that the stream watches. */
  readonly capture: 'none' | 'begun' | 'running' | 'over';
  readonly isServerUp: boolean;
  /** The next life of the media server tells another start. */
  readonly incarnation: 'a' | 'b';
  readonly entry: PathEntry | null;
  readonly bytes: number;
  readonly isDiskFull: boolean;
  readonly fault: string | null;
}

export type ProductRun = Run<World>;
export type ProductJoint = Joint<World>;

export interface Ending {
  readonly label: string;
  act(run: ProductRun, call: Call): void;
}

export const change = (run: ProductRun, fields: Partial<World>): void => {
  run.world = { ...run.world, ...fields };
};

const done = (label: string, output: unknown, fields: Partial<World> = {}): Ending => ({
  label,
  act: (run, call) => {
    change(run, fields);
    run.done(call, output);
  },
});
type Code = Parameters<typeof failure>[0];
/** One of each: an error takes longer to make than a step. */
const errors = new Map<Code, CameraError>();
function fails(code: Code): Ending {
  const error = errors.get(code) ?? failure(code);
  errors.set(code, error);
  return { label: code, act: (run, call) => run.failed(call, error) };
}
const full = new CameraError('storage', 'The disk is full.');
const diskFails: Ending = { label: 'disk full', act: (run, call) => run.failed(call, full) };
const saved = [done('saved', undefined), diskFails];

const free = (world: World): Owner | undefined => world.owners.find(({ isStuck }) => !isStuck);

/** Opened by one more, who may be alone only. What is stuck is ended first by the port, or the start is refused. */
function open(run: ProductRun, kind: Owner['kind']): void {
  const other = free(run.world);
  if (other !== undefined) change(run, { fault: `a ${kind} opens the camera beside a ${other.kind}` });
  change(run, { owners: [...run.world.owners.filter(({ isStuck }) => !isStuck), { kind, isStuck: false }] });
}

const giveUp = (run: ProductRun): void =>
  change(run, { owners: run.world.owners.map((owner) => ({ ...owner, isStuck: true })) });

export function captureExits(run: ProductRun, code: Parameters<typeof endOf>[0]): void {
  const isOurs = run.call(CAPTURE) !== undefined;
  const owners = run.world.owners.filter(({ kind }) => kind === 'look');
  change(run, { owners, ...(isOurs ? { capture: 'over' } : {}) });
  if (isOurs) run.send(STREAM, { type: 'capture.exited', end: endOf(code), atMs: run.nowMs });
}

/** A stop ends everything that bears the camera's mark. */
const stopped = (output: unknown): Ending => ({
  label: 'all ended',
  act: (run, call) => {
    captureExits(run, 'cancelled');
    change(run, { owners: [] });
    run.done(call, output);
  },
});
const notStopped: Ending = {
  label: 'does not end',
  act: (run, call) => {
    giveUp(run);
    run.failed(call, failure('deadline'));
  },
};

const parts = (run: ProductRun | ProductJoint): readonly RecordedPart[] =>
  recording(run)?.context.parts ?? [];
const recording = (at: ProductRun | ProductJoint): AnyMachineSnapshot | undefined =>
  'actors' in at ? at.actors.get(RECORDING) : at.snapshot(RECORDING);
const seen = (
  label: string,
  of: (before: readonly RecordedPart[], run: ProductRun) => readonly RecordedPart[],
) => ({
  label,
  act: (run: ProductRun, call: Call) =>
    run.done(call, { parts: of(parts(run), run), monoMs: run.nowMs, atMs: part().startedAtMs + run.nowMs }),
});
const grown = seen('grown', (_, run) => [
  part({ sizeBytes: 1000 + (recording(run)?.context.sizeBytes ?? 0) }),
]);
const same = seen('the same', (before) => before);
const closed = seen('closed', (before) => before.map((one) => ({ ...one, durationMs: 2000 })));

const isPublished = (world: World): boolean =>
  world.isServerUp && world.capture === 'running' && world.entry !== null;
const isRecorded = (world: World): boolean => isPublished(world) && world.entry?.record != null;

/** How a look at the paths may come out: with what there is, with bytes that stand still, empty, or gone altogether. */
const looks = (world: World): Ending[] => {
  const path = (available: boolean, bytes: number) => ({
    ...{
      name: 'camera0',
      available,
      availableTime: available ? 't' : null,
      sourceId: available ? 'a' : null,
    },
    ...{ inboundBytes: bytes, readers: world.isWatched ? 1 : 0 },
  });
  const told = (label: string, paths: readonly unknown[], bytes = world.bytes): Ending => ({
    label,
    act: (run, call) => {
      change(run, { bytes });
      run.done(call, { paths, monoMs: run.nowMs, atMs: run.nowMs });
    },
  });
  const bytes = world.bytes + 1000;
  const paths = world.entry === null ? [] : [path(isPublished(world), isPublished(world) ? bytes : 0)];
  return [
    told('as it is', paths, bytes),
    ...(isPublished(world)
      ? [told('bytes stand still', [path(true, world.bytes)]), told('empty', [path(false, 0)])]
      : []),
    ...(world.entry === null ? [] : [told('gone', [])]),
    fails('media-server-unreachable'),
  ];
};

const asked = (world: World): Ending[] => [
  ...(world.isServerUp ? [done('answers', serverInfo(world.incarnation))] : []),
  fails('media-server-unreachable'),
  fails('media-server-refused'),
];

const other = { a: 'b', b: 'a' } as const;
type Endings = (world: World, call: Call, joint: ProductJoint) => readonly Ending[];

/** By what a machine calls it. */
const ENDINGS: Readonly<Record<string, Endings>> = {
  reapOrphans: () => [done('reaped', undefined)],
  // ---- camera
  probe: (world) => [
    ...(world.isPlugged ? [done('answers', probed(world.isH264 ? 'H264' : 'YUYV'))] : []),
    fails('probe-failed'),
  ],
  forgetCamera: () => saved,
  // ---- stream
  findCapture: (world) => [
    world.owners.some(({ kind }) => kind === 'leftover')
      ? done('found', { process: processOf(1, true), devicePath: '/dev/video0', plan: plan() })
      : done('none', null),
    {
      label: 'not looked',
      act: (run, call) => {
        giveUp(run);
        fails('internal').act(run, call);
      },
    },
  ],
  runCapture: (world) =>
    world.capture === 'begun'
      ? [
          {
            label: 'spawned',
            act: (run, call) => {
              change(run, { capture: 'running' });
              run.send(call.parent, { type: 'capture.spawned', process: processOf() });
            },
          },
        ]
      : [],
  watchTap: (_, __, { actors, world }) =>
    world.capture === 'running' && actors.get(STREAM)?.context.frame === null
      ? [
          {
            label: 'a picture',
            act: (run, call) => run.send(call.parent, { type: 'frame.tapped', frame: frame(1 + run.nowMs) }),
          },
        ]
      : [],
  stopCapture: () => [stopped(undefined), notStopped],
  clearCapture: () => [stopped(null), notStopped],
  checkTap: () => [done('works', undefined), diskFails],
  countReaders: (world) => [done('counted', world.isWatched ? 1 : 0), fails('media-server-unreachable')],
  examine: ({ owners, isPlugged }, call) => {
    const isAlone = owners.every(({ kind, isStuck }) => kind === 'look' && !isStuck);
    const over = (ending: Ending): Ending => ({
      label: ending.label,
      act: (run, one) => {
        change(run, { owners: run.world.owners.filter(({ kind }) => kind !== 'look') });
        ending.act(run, one);
      },
    });
    const looked = { profile: 'Constrained Baseline', level: 3, widthPx: 640, heightPx: 480 };
    const stream = { ...looked, pixelFormat: 'yuv420p', reordered: false, keyframeIntervalMs: 1000 };
    return [
      ...(isAlone && isPlugged ? [over(done('seen', { plan: call.input as CapturePlan, stream }))] : []),
      ...(isAlone && isPlugged
        ? [over(done('blind', { plan: call.input as CapturePlan, stream: null }))]
        : []),
      over(fails('device-busy')),
    ];
  },
  // ---- path
  writeEntry: (world, { input }) => {
    const { entry } = input as { entry: PathEntry | null };
    if (!world.isServerUp) return [fails('media-server-unreachable')];
    const lost: Ending = {
      label: 'no answer, and written',
      act: (run, call) => {
        change(run, { entry });
        run.failed(call, failure('outcome-unknown'));
      },
    };
    return [
      done('written', undefined, { entry }),
      fails('media-server-refused'),
      fails('outcome-unknown'),
      lost,
    ];
  },
  entryAgrees: (world, { input }) =>
    world.isServerUp
      ? [
          done(
            'compared',
            JSON.stringify((input as { entry: PathEntry | null }).entry) === JSON.stringify(world.entry),
          ),
        ]
      : [fails('media-server-unreachable')],
  // ---- recording
  saveWish: () => saved,
  dropWish: () => saved,
  lookAtParts: (world, _, joint) => [
    ...(isRecorded(world) ? [grown] : []),
    ...(parts(joint).length > 0 && !isRecorded(world) ? [closed] : []),
    same,
    diskFails,
  ],
  salvageParts: () => [closed, diskFails],
  finalise: (_, __, joint) => [done('filed', { session: SESSION, parts: parts(joint) }), diskFails],
  // ---- media server
  findServer: (world) => [done('looked', world.isServerUp ? processOf(9, true) : null), fails('internal')],
  launchServer: (world, { input }) => {
    const [entry = null] = (input as { entries: readonly PathEntry[] }).entries;
    const launched = { isServerUp: true, entry, incarnation: other[world.incarnation] };
    return [done('launched', processOf(9), launched), fails('missing-program')];
  },
  stopServer: () => [done('stopped', undefined, { isServerUp: false, entry: null }), fails('deadline')],
  watchServer: () => [],
  askInfo: asked,
  listPaths: (world) => (world.isServerUp ? looks(world) : [fails('media-server-unreachable')]),
  compareEntries: (world, { input }) => {
    const [entry = null] = (input as { entries: readonly PathEntry[] }).entries;
    const differs = entry !== null && JSON.stringify(entry) !== JSON.stringify(world.entry);
    return world.isServerUp
      ? [done('compared', { differing: differs ? ['camera0'] : [] })]
      : [fails('media-server-unreachable')];
  },
};

export const endingsOf = (joint: ProductJoint, call: Call): readonly Ending[] =>
  ENDINGS[call.src]!(joint.world, call, joint);

/** What begins with a call. */
export function began(run: ProductRun, { src, input }: Call): void {
  if (src === 'examine') {
    if (run.world.owners.some(({ isStuck }) => isStuck)) return;
    open(run, 'look');
  }
  if (src !== 'runCapture') return;
  change(run, { capture: 'begun' });
  if ((input as { adopt: unknown }).adopt === null) open(run, 'capture');
  else change(run, { owners: [{ kind: 'capture', isStuck: false }] });
}

/** A process is never ended by leaving it alone; one whose stop is given up at the end of its stream stays behind. */
export function left(run: ProductRun, { src }: Call): void {
  if (src === 'runCapture') change(run, { capture: 'none' });
  const stream = run.snapshot(STREAM);
  const isOver = stream === undefined || stream.matches('releasing') || stream.status !== 'active';
  if (isOver && src === 'stopCapture') giveUp(run);
}
