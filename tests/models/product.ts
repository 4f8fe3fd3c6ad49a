/**
 * The product: service, camera, stream, path, recording and media server as one system, gone through together. Every
 * situation that is found has a real history: timers fire in the order in which they are due, except that looks which
 * repeat may find nothing for as long as one likes. What is left out, and why: docs/proofs.md.
 */
import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import { cameraMachine } from '../../src/machines/camera.ts';
import { mediaServerMachine } from '../../src/machines/media-server.ts';
import { pathMachine } from '../../src/machines/path.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import { NEVER_MS } from '../../src/machines/recording-facts.ts';
import { serviceMachine } from '../../src/machines/service.ts';
import { storyPath } from '../../src/machines/state-path.ts';
import { streamMachine } from '../../src/machines/stream.ts';
import { cameraLimits, known, mediaServerLimits, order } from '../support/machine-fixtures.ts';
import { HAPPENINGS } from './product-events.ts';
import { ROOT, System } from './product-system.ts';
import {
  began,
  type Ending,
  endingsOf,
  left,
  type ProductJoint,
  type ProductRun,
  SESSION,
  type World,
} from './product-world.ts';

export interface Machines {
  readonly service: AnyStateMachine;
  readonly mediaServer: AnyStateMachine;
  readonly camera: AnyStateMachine;
  readonly stream: AnyStateMachine;
  readonly path: AnyStateMachine;
  readonly recording: AnyStateMachine;
}

export const REAL: Machines = {
  service: serviceMachine,
  mediaServer: mediaServerMachine,
  camera: cameraMachine,
  stream: streamMachine,
  path: pathMachine,
  recording: recordingMachine,
};

/** Their reports are things that happen; what they are told changes nothing of what is looked at. */
const SILENT = [
  ...['discovery', 'storage', 'controls', 'snapshot', 'viewers', 'rivals', 'watchdog', 'warmup'],
  ...['watchDemand', 'rememberCamera'],
];

/** A slower look has no part in what is proven. */
const LIMITS = { ...cameraLimits, recording: { ...cameraLimits.recording, closeCheckMs: 500 } };

/** Looks that repeat, and which may find nothing new each time. Everything else is a limit, and is kept. */
const LOOKS: ReadonlySet<string> = new Set([
  ...['watchInterval', 'compareInterval', 'checkInterval', 'failingInterval', 'confirmInterval'],
  ...['launchCheckInterval', 'heartbeat', 'closeCheck', 'verifyInterval', 'lookAgain', 'retry'],
]);

/** Questions to the media server that change nothing: they are answered at once, in each possible way. */
const QUESTIONS: ReadonlySet<string> = new Set(['listPaths', 'compareEntries', 'askInfo']);

/** What leads from one situation to another. */
export interface Step {
  readonly label: string;
  /** Nothing goes wrong, and nobody takes back what they wanted. */
  readonly isBenign: boolean;
  readonly act: (run: ProductRun) => void;
}

export interface Outcome {
  readonly joint: ProductJoint;
  readonly label: string;
  readonly isBenign: boolean;
}

export class Product {
  readonly #system: System<World>;
  readonly #guards = new Map<AnyStateMachine, readonly ContextGuard[]>();
  readonly #texts = new WeakMap<AnyMachineSnapshot, string>();

  constructor(machines: Machines = REAL) {
    this.#system = new System<World>({
      root: { machine: machines.service, input: null },
      machines: machines as never,
      silent: new Set(SILENT),
      began,
      left,
    });
    this.#inputless = machines.service;
  }

  readonly #inputless: AnyStateMachine;

  /** A first start, and a start on what an earlier life has left: a capture, a wish, a recording, a media server. */
  starts(): readonly ProductJoint[] {
    const world: World = {
      ...{ isH264: false, isPlugged: false, isWatched: false, owners: [], capture: 'none', bytes: 0 },
      ...{ isServerUp: false, incarnation: 'a', entry: null, isDiskFull: false, fault: null },
    };
    const wish = {
      ...{ order: order({ session: SESSION }), gaps: [], adoptions: 0, ending: null },
      ...{ deadlineMonoMs: null, openPart: null },
    };
    return [
      this.#start({ ...world }, { cameras: [], recordings: [] }),
      this.#start(
        { ...world, isH264: true, isServerUp: true, owners: [{ kind: 'leftover', isStuck: false }] },
        { cameras: [known({ streamWanted: true })], recordings: [wish] },
      ),
    ];
  }

  #start(world: World, wishes: unknown): ProductJoint {
    const input = {
      ...{ wishes, camera: LIMITS, mediaServer: { managed: true, limits: mediaServerLimits } },
      ...{ discovery: {}, storage: {}, reconcileTimeoutMs: 10_000, stopTimeoutMs: 20_000 },
    };
    const nothing = { nowMs: 0, actors: new Map(), timers: new Map(), calls: new Map(), world };
    return this.#system.after(nothing, (run) => run.begin(ROOT, this.#inputless, input));
  }

  after(joint: ProductJoint, step: Pick<Step, 'act'>): ProductJoint {
    return this.#system.after(joint, step.act);
  }

  /** Where a step may lead: with one of the questions answered badly, or, at last, with all of them answered well. */
  outcomes(joint: ProductJoint, step: Step): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    const answer = (open: ProductJoint, labels: readonly string[], isBenign: boolean): void => {
      const question = [...open.calls.values()].find(({ src }) => QUESTIONS.has(src));
      if (question === undefined) {
        outcomes.push({ joint: open, label: labels.join(', '), isBenign: step.isBenign && isBenign });
        return;
      }
      const [well, ...others] = endingsOf(open, question);
      const say = ({ label, act }: Ending) => ({
        next: this.after(open, { act: (run) => act(run, question) }),
        labels: [...labels, `${question.src} ${label}`],
      });
      for (const ending of isBenign ? others : []) {
        const { next, labels: told } = say(ending);
        answer(next, told, false);
      }
      const { next, labels: told } = say(well!);
      answer(next, told, isBenign);
    };
    answer(this.after(joint, step), [step.label], true);
    return outcomes;
  }

  /** Where it leads when all questions are answered well. */
  wellAfter(joint: ProductJoint, step: Pick<Step, 'act'>): ProductJoint {
    let next = this.after(joint, step);
    for (;;) {
      const question = [...next.calls.values()].find(({ src }) => QUESTIONS.has(src));
      if (question === undefined) return next;
      const well = endingsOf(next, question)[0]!;
      next = this.after(next, { act: (run) => well.act(run, question) });
    }
  }

  /** Everything that may come next. Benign is the one thing that comes next where all is well. */
  steps(joint: ProductJoint): readonly Step[] {
    const endings = this.endings(joint);
    const happenings = HAPPENINGS.filter(({ can }) => can(joint)).map(
      ({ label, act, isBenign = false }): Step => ({ label, act, isBenign }),
    );
    const first = endings.find(({ isBenign }) => isBenign) ?? happenings.find(({ isBenign }) => isBenign);
    const only = (step: Step): Step => ({ ...step, isBenign: step === first });
    const timers = this.timers(joint).map((step) => ({ ...step, isBenign: first === undefined }));
    return [...endings.map(only), ...timers, ...happenings.map(only)];
  }

  endings(joint: ProductJoint): readonly Step[] {
    return [...joint.calls.values()].flatMap((call) =>
      endingsOf(joint, call).map(
        ({ label, act }, index): Step => ({
          label: `${call.src} ${label}`,
          isBenign: index === 0,
          act: (run) => act(run, call),
        }),
      ),
    );
  }

  /** The next limit, and the looks that may come before it; those that are overtaken have found nothing new. */
  timers(joint: ProductJoint, isVain: (label: string) => boolean = () => false): readonly Step[] {
    const running = [...joint.timers].filter(
      ([, { dueMs, name }]) => dueMs < joint.nowMs + NEVER_MS / 2 && !isVain(`after ${name}`),
    );
    const limitMs = Math.min(
      ...running.filter(([, { name }]) => !LOOKS.has(name)).map(([, { dueMs }]) => dueMs),
    );
    return running
      .filter(([, { dueMs }]) => dueMs <= limitMs)
      .toSorted(([, one], [, other]) => one.dueMs - other.dueMs)
      .map(([key, { name }]) => ({
        label: `after ${name}`,
        isBenign: true,
        act: (run) => run.fire(key),
      }));
  }

  /** Situations with the same key are one: all states, and all that the guards and the world can tell apart. */
  keyOf({ world, actors, timers }: ProductJoint): string {
    const { bytes: _, ...told } = world;
    const raised = [...timers.values()].filter(({ name }) => name.includes('.')).map(({ name }) => name);
    const each = [...actors].map(([address, snapshot]) => `${address} ${this.#told(snapshot)}`);
    return `${each.join(' ')} ${JSON.stringify([told, raised])}`;
  }

  /** A step leaves most actors as they are. */
  #told(snapshot: AnyMachineSnapshot): string {
    let text = this.#texts.get(snapshot);
    if (text === undefined) {
      const truths = this.#guardsOf(snapshot.machine).map((guard) =>
        guard({ context: snapshot.context }) ? '1' : '0',
      );
      text = JSON.stringify([snapshot.value, truths.join(''), FACTS[snapshot.machine.id]?.(snapshot)]);
      this.#texts.set(snapshot, text);
    }
    return text;
  }

  #guardsOf(machine: AnyStateMachine): readonly ContextGuard[] {
    let guards = this.#guards.get(machine);
    if (guards === undefined) {
      const all = Object.values(machine.implementations.guards as Record<string, ContextGuard>);
      guards = all.filter(({ length }) => length < 2);
      this.#guards.set(machine, guards);
    }
    return guards;
  }
}

type ContextGuard = (args: { context: unknown }) => boolean;

/** All states of all actors, without what else is known: how new a situation is. */
export const statesOf = (joint: ProductJoint): string =>
  [...joint.actors].map(([address, snapshot]) => `${address} ${storyOf(snapshot)}`).join(' ');

const stories = new WeakMap<AnyMachineSnapshot, string>();

function storyOf(snapshot: AnyMachineSnapshot): string {
  const story = stories.get(snapshot) ?? storyPath(snapshot.value);
  stories.set(snapshot, story);
  return story;
}

type Facts = (snapshot: AnyMachineSnapshot) => unknown;

/** Beside the guards that look at nothing but the context. */
const FACTS: Readonly<Record<string, Facts>> = {
  service: ({ context: { server, listed, cameras, seats, crashed } }) => [
    ...[server?.started, listed, cameras.length, seats.length, crashed.length],
  ],
  camera: ({ context: { device, probe, known, ending } }) => [
    ...[device !== null, probe !== null, known.streamWanted, known.examined.length, ending],
  ],
  stream: ({ context }) => [
    ...[context.reasons, context.late, context.comeBack, context.session, context.closing, context.unfiled],
    ...[context.record !== null, context.entry?.record != null, context.armRevision !== null],
    ...[context.server?.started, context.process !== null, context.trouble?.code, context.found !== null],
    ...[context.observation?.available, context.plan?.fourcc, context.present !== null],
  ],
  recording: ({ context: { parts, reason, adoptions, finished } }) => [
    ...[parts.length > 0, parts.every((one: { durationMs: number | null }) => one.durationMs !== null)],
    ...[reason !== null, adoptions > 0, finished !== null],
  ],
  path: ({ context: { wanted, revision, writtenRevision } }) => [
    ...[wanted !== null, wanted?.record != null, revision === writtenRevision],
  ],
  'media-server': ({ context: { info, failures, confirmed, restarts, wanted, fast, process } }) => [
    ...[info?.started, Math.min(failures, 3), confirmed, Math.min(restarts, 2), fast.length > 0],
    ...[Object.keys(wanted).length, process !== null],
  ],
};
