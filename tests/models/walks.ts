/**
 * Walks: rows of acts that together take as many transitions as acts can bring about, drawn from the machines in a fake world. What
 * the machines do there is what the service has to do with real processes.
 */
import type { AnyActorRef, AnyMachineSnapshot, AnyTransitionDefinition } from 'xstate';
import { storyPath } from '../../src/machines/state-path.ts';
import { hearSystem } from '../../src/wiring/hear-system.ts';
import { kill } from '../support/fake-camera.ts';
import { MODELS } from './alphabets.ts';
import { House, type Told } from './composed-house.ts';
import { type Edge, edgesOf, nameEdges } from './edges.ts';
import { ACT_NAMES, ACTS, canDo, noteDone } from './walk-acts.ts';

/** Where a camera, its stream and its recording are once nothing moves any more; null: there is none. */
export interface Standing {
  readonly camera: string | null;
  readonly stream: string | null;
  readonly recording: string | null;
}

export interface WalkStep {
  readonly act: string;
  readonly standing: Standing;
}

export interface Walk {
  readonly steps: readonly WalkStep[];
  /** What it took in the fake world. */
  readonly transitions: ReadonlySet<string>;
  /** After every act it came to stand; others say nothing about where the service should be. */
  readonly stands: boolean;
}

/** So long nothing may move: longer than any state that passes, shorter than those that wait for somebody. */
const STILL_MS = 14_000;
const TICK_MS = 1000;
const MOST_MS = 60_000;
const MACHINES = ['camera', 'stream', 'recording', 'viewers', 'path', 'snapshot', 'watchdog', 'warmup'];
const EDGES = new Map(MACHINES.flatMap((name) => [...nameEdges(edgesOf(MODELS[name]!.machine))]));
/** Edges of a machine that was given other actors are other objects with the same place. */
const NAMES = new Map([...EDGES].map(([edge, name]) => [placeOf(edge), name]));

function placeOf({ source, eventType, target, actions }: Edge): string {
  const siblings = [
    ...(source.transitions.get(eventType) ?? []),
    ...(eventType === '' ? (source.always ?? []) : []),
  ];
  const goals = (target ?? []).map(({ id }) => id);
  const index = siblings.findIndex((one) => one.target === target && one.actions === actions);
  return JSON.stringify([source.id, eventType, goals, index]);
}

/** Does these acts to a camera in a fake world. */
export async function walkFake(acts: readonly string[]): Promise<Walk> {
  const house = new House();
  const transitions = new Set<string>();
  const told: Told = { plugged: true, disabled: false, serverUp: true, orders: 0, steps: 0 };
  let heard: AnyActorRef | null = null;
  const listen = () => {
    if (house.rig.actor === heard) return;
    heard = house.rig.actor;
    hearSystem(house.rig.actor, (event) => {
      if (event.type !== '@xstate.microstep') return;
      for (const taken of event._transitions as readonly AnyTransitionDefinition[]) {
        const name = NAMES.get(placeOf(taken as unknown as Edge));
        if (name !== undefined) transitions.add(name);
      }
    });
  };
  await house.begin();
  listen();
  let stands = (await stillness(house)) !== null;
  const steps: WalkStep[] = [];
  for (const act of acts) {
    await ACTS[act]!.fake(house, told);
    listen();
    const standing = await stillness(house);
    if (standing === null) stands = false;
    steps.push({ act, standing: standing ?? standingOf(house) });
  }
  kill(house.rig.actor);
  return { steps, transitions, stands };
}

/** null: something moves again and again. */
async function stillness(house: House): Promise<Standing | null> {
  let standing = standingOf(house);
  let stillMs = 0;
  for (let passedMs = 0; passedMs < MOST_MS && stillMs < STILL_MS; passedMs += TICK_MS) {
    await house.world.advance(TICK_MS);
    const now = standingOf(house);
    stillMs = JSON.stringify(now) === JSON.stringify(standing) ? stillMs + TICK_MS : 0;
    standing = now;
  }
  return stillMs >= STILL_MS ? standing : null;
}

function standingOf(house: House): Standing {
  const stream = (house.rig.actor.getSnapshot().children as Record<string, AnyActorRef | undefined>).stream;
  const children = stream === undefined ? {} : (stream.getSnapshot() as AnyMachineSnapshot).children;
  const recording = Object.entries(children as Record<string, AnyActorRef | undefined>).find(
    ([id, ref]) => id.startsWith('recording:') && ref !== undefined,
  );
  return { camera: pathOf(house.rig.actor), stream: pathOf(stream), recording: pathOf(recording?.[1]) };
}

function pathOf(ref: AnyActorRef | undefined): string | null {
  return ref === undefined ? null : storyPath((ref.getSnapshot() as AnyMachineSnapshot).value);
}

/**
 * The same row of walks each time: from every standing that is found each act is tried once, the shortest way there first;
 * of these ways only those are kept that take something that none before them took.
 */
export async function drawWalks(longest: number, most: number): Promise<readonly Walk[]> {
  const met = new Set<string>();
  const found: Walk[] = [];
  let ways: readonly (readonly string[])[] = [[]];
  for (let length = 1; length <= longest; length += 1) {
    const next: (readonly string[])[] = [];
    for (const way of ways) {
      const done = new Set<string>();
      for (const act of way) noteDone(done, act);
      for (const act of ACT_NAMES.filter((name) => canDo(done, name))) {
        const acts = [...way, act];
        const walk = await walkFake(acts);
        if (!walk.stands) continue;
        found.push(walk);
        const after = new Set(done);
        noteDone(after, act);
        const key = JSON.stringify([walk.steps.at(-1)!.standing, [...after].sort()]);
        if (met.has(key)) continue;
        met.add(key);
        next.push(acts);
      }
    }
    ways = next;
  }
  return cover(found, most);
}

/** Greedy: always the one that adds most for its length. */
function cover(walks: readonly Walk[], most: number): readonly Walk[] {
  const taken = new Set<string>();
  const chosen: Walk[] = [];
  const gainOf = ({ transitions }: Walk) => [...transitions].filter((name) => !taken.has(name)).length;
  while (chosen.length < most) {
    const [best] = [...walks].sort(
      (one, other) => gainOf(other) - gainOf(one) || one.steps.length - other.steps.length,
    );
    if (best === undefined || gainOf(best) === 0) break;
    chosen.push(best);
    for (const name of best.transitions) taken.add(name);
  }
  return chosen;
}
