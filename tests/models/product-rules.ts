/** What holds in every situation of the product, and what every situation comes to: at rest or live when the world is well, to an end when it is told to. */

import { regionPath, statePath, storyPath } from '../../src/machines/state-path.ts';
import { lateTrouble } from '../../src/machines/stream-causes.ts';
import { explainCamera } from '../../src/wiring/explain/explain.ts';
import { recordingView, streamView } from '../../src/wiring/stream-view.ts';
import * as views from '../support/fake-views.ts';
import { cameraLimits, recordingLimits } from '../support/machine-fixtures.ts';
import type { Product, Step } from './product.ts';
import {
  diskHasRoom,
  forget,
  listed,
  plug,
  signsOfLife,
  stopRecording,
  stopService,
} from './product-events.ts';
import { ROOT } from './product-system.ts';
import { CAMERA, endingsOf, type ProductJoint, RECORDING, SERVER, STREAM } from './product-world.ts';

export const SERVICE_STOP_MS = 20_000;

const state = (joint: ProductJoint, address: string): string => {
  const snapshot = joint.actors.get(address);
  return snapshot === undefined ? 'gone' : statePath(snapshot.value);
};

/** Nobody, or one, has the camera open; and nobody where none should. */
export function brokenRules(joint: ProductJoint): readonly string[] {
  const { world, calls } = joint;
  const rules: string[] = [];
  if (world.fault !== null) rules.push(world.fault);
  const open = world.owners.filter(({ isStuck }) => !isStuck);
  const stream = state(joint, STREAM);
  if (open.length > 0 && /^(unavailable|provisioning|idle|backoff|faulted)$/.test(stream))
    rules.push(`a stream in ${stream} has the camera open`);
  if (state(joint, CAMERA).startsWith('disabled') && [...calls.values()].some(({ src }) => src === 'probe'))
    rules.push('a camera that is switched off is asked');
  return rules;
}

/** Where it should be while the world is well: live where it is wanted, at rest where it is not. */
export function isGood(joint: ProductJoint): boolean {
  const { actors, world } = joint;
  if (!actors.has(ROOT)) return true;
  if (!state(joint, SERVER).startsWith('process running, health healthy')) return false;
  const [camera, stream] = [state(joint, CAMERA), state(joint, STREAM)];
  if (camera === 'gone') return world.owners.every(({ isStuck }) => isStuck);
  if (stream === 'gone') return false;
  const { session, closing, unfiled, reasons } = actors.get(STREAM)!.context;
  if (closing.length + unfiled.length > 0) return false;
  if (camera.startsWith('disabled')) return stream === 'unavailable' && session === null;
  if (!/^ready\.(confirmed|unsteady)$/.test(camera)) return false;
  if (reasons.length === 0) return stream === 'idle';
  return (
    stream === 'live.flowing' && (session === null || state(joint, RECORDING).startsWith('rolling.growing'))
  );
}

const WELL = [plug, listed, diskHasRoom, signsOfLife];
/** A timer that led back to where it was so often is a look that finds nothing new. */
const VAIN_TIMES = 3;
const LONGEST_RUN = 1500;

/** Lets each situation live on in a world that is well, until it is good or comes to one of which that is known. */
export class BenignLife {
  readonly #product: Product;
  readonly #known = new Set<string>();

  constructor(product: Product) {
    this.#product = product;
  }

  /** @returns null: it comes to a good situation; else where it is stuck */
  trap(start: ProductJoint): string | null {
    const way = new Set<string>();
    const vain = new Map<string, number>();
    let joint = start;
    let key = this.#product.keyOf(joint);
    for (let count = 0; count < LONGEST_RUN; count += 1) {
      if (this.#known.has(key) || isGood(joint)) {
        for (const one of [...way, key]) this.#known.add(one);
        return null;
      }
      way.add(key);
      const step = this.#next(joint, (label) => (vain.get(`${label} ${key}`) ?? 0) >= VAIN_TIMES);
      if (step === undefined) return `nothing leads out of ${told(joint)}`;
      joint = this.#product.wellAfter(joint, step);
      const before = key;
      key = this.#product.keyOf(joint);
      if (key === before) vain.set(`${step.label} ${key}`, (vain.get(`${step.label} ${key}`) ?? 0) + 1);
    }
    return `it never comes to rest, and is in ${told(joint)}`;
  }

  #next(joint: ProductJoint, isVain: (label: string) => boolean): Step | undefined {
    const ending = this.#product.endings(joint).find(({ isBenign }) => isBenign);
    if (ending !== undefined) return ending;
    const happening = WELL.find(
      (one) => one.can(joint) && (one !== signsOfLife || joint.world.capture === 'running'),
    );
    if (happening !== undefined) return { ...happening, isBenign: true };
    return this.#product.timers(joint, isVain)[0];
  }
}

const told = (joint: ProductJoint): string =>
  [...joint.actors].map(([address, { value }]) => `${address} ${storyPath(value)}`).join(', ');

// ---- stops

interface Stop {
  readonly name: string;
  readonly order: typeof stopService;
  /** Who answers meanwhile; nobody else does. */
  readonly answers: readonly string[];
  /** By whom it is over, and when at the latest. */
  readonly limits: readonly {
    readonly what: string;
    readonly isOver: (joint: ProductJoint) => boolean;
    readonly limitMs: number;
  }[];
}

const DISK = ['saveWish', 'dropWish', 'forgetCamera', 'lookAtParts', 'salvageParts', 'finalise'];
const isGone = (address: string) => (joint: ProductJoint) => !joint.actors.has(address);
const { releaseLimitMs } = cameraLimits.stream;
const STREAM_SLACK_MS = 500;

export const STOPS: readonly Stop[] = [
  {
    name: 'the service',
    order: stopService,
    // The disk that hangs in the moment of forgetting costs the service's limit, not the camera's.
    answers: ['forgetCamera'],
    limits: [
      { what: 'its stream', isOver: isGone(STREAM), limitMs: releaseLimitMs },
      { what: 'its camera', isOver: isGone(CAMERA), limitMs: releaseLimitMs + STREAM_SLACK_MS },
      { what: 'the service', isOver: isGone(ROOT), limitMs: SERVICE_STOP_MS },
    ],
  },
  {
    name: 'a camera that is forgotten',
    order: forget,
    answers: DISK,
    limits: [{ what: 'the camera', isOver: isGone(CAMERA), limitMs: releaseLimitMs + STREAM_SLACK_MS }],
  },
  {
    name: 'a recording',
    order: stopRecording,
    answers: DISK,
    limits: [
      {
        what: 'the session',
        isOver: ({ actors }) => (actors.get(STREAM)?.context.session ?? null) === null,
        limitMs: 2 * recordingLimits.closeTimeoutMs,
      },
    ],
  },
];

/** What is not over in time when this is ordered and nobody answers. */
export function lateStops(
  product: Product,
  start: ProductJoint,
  { order, answers, limits }: Stop,
): readonly string[] {
  if (!order.can(start)) return [];
  let joint = product.after(start, order);
  const open = new Set(limits);
  const late: string[] = [];
  for (let count = 0; open.size > 0 && count < LONGEST_RUN; count += 1) {
    for (const limit of open) {
      const { what, isOver, limitMs } = limit;
      const tookMs = joint.nowMs - start.nowMs;
      if (!isOver(joint) && tookMs <= limitMs) continue;
      open.delete(limit);
      if (tookMs > limitMs) late.push(`${what} is not over after ${limitMs} ms: ${told(joint)}`);
    }
    const call = [...joint.calls.values()].find(({ src }) => answers.includes(src));
    const step =
      call === undefined
        ? product.timers(joint)[0]
        : { act: (run: Parameters<typeof order.act>[0]) => endingsOf(joint, call)[0]!.act(run, call) };
    if (step === undefined) break;
    joint = product.after(joint, step);
  }
  return [...late, ...[...open].map(({ what }) => `${what} is waited for by nobody: ${told(joint)}`)];
}

// ---- words

const UNWELL: Readonly<Record<string, RegExp>> = {
  [CAMERA]: /^(faulted|probeBackoff|ready\.unsteady)/,
  [STREAM]: /^(faulted|backoff|clearing)/,
  [RECORDING]: /^(failing|unfiled)/,
  [SERVER]: /process restartBackoff|health (failing|tripped|refused)/,
};

/** Who is somewhere without a sentence, or is not well without a reason. */
export function speechless(joint: ProductJoint): readonly string[] {
  const { actors } = joint;
  const [camera, stream, server] = [actors.get(CAMERA), actors.get(STREAM), actors.get(SERVER)];
  if (camera === undefined || stream === undefined || server === undefined) return [];
  const instants = { captureSinceMonoMs: null, liveSinceMonoMs: null };
  const journal = { sinceAtMs: () => 0, timeline: { atMs: (ms: number) => ms } };
  const ref = (address: string) => ({ getSnapshot: () => actors.get(address) });
  const told = explainCamera(
    {
      ...views.cameraView('camera0'),
      state: storyPath(camera.value),
      trouble: camera.context.trouble,
      stream: streamView(ref(STREAM) as never, journal as never, instants, 'available'),
      recording: actors.has(RECORDING) ? recordingView(ref(RECORDING) as never, journal as never) : null,
    },
    {
      ...views.serviceView(),
      mediaServer: {
        ...views.serviceView().mediaServer,
        process: { state: regionPath(server.value, 'process'), sinceAtMs: 0 },
        health: { state: regionPath(server.value, 'health'), sinceAtMs: 0 },
        trouble: server.context.trouble,
      },
    },
    {
      timers: (actor) =>
        [...joint.timers.values()]
          .filter((timer) => timer.actor.endsWith(actor))
          .map(({ name, dueMs }) => ({
            ...{ name, state: '', eventType: '', startedAtMs: 0, cause: null },
            ...{ durationMs: dueMs - joint.nowMs, remainingMs: dueMs - joint.nowMs },
          })) as never,
      guards: () => [],
    },
  );
  const mute = told.places.filter(
    ({ sentence }) => sentence === '' || sentence.startsWith('It is in the state'),
  );
  const unwell = Object.entries(UNWELL).filter(([address, pattern]) => {
    const { trouble = null, reason = null } = actors.get(address)?.context ?? {};
    return pattern.test(state(joint, address)) && trouble === null && reason === null;
  });
  const doubt = stream.matches({ live: 'suspect' }) && lateTrouble(stream.context) === null;
  return [
    ...mute.map(({ what, state }) => `no sentence for ${what} in ${state}`),
    ...unwell.map(([address]) => `no reason for ${address} in ${state(joint, address)}`),
    ...(doubt ? ['no reason for a stream in doubt'] : []),
    ...(/\w/.test(told.summary) ? [] : ['no summary']),
  ];
}
