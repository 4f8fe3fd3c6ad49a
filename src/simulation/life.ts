/**
 * One simulated life of the service: the real machines with the limits of a configuration, in a world in which everything
 * drawn goes wrong. A month takes seconds, since time goes from timer to timer and jumps over what repeats.
 */
import { createActor } from 'xstate';
import type { Config } from '../config/schema.ts';
import { rollJitterBy } from '../machines/backoff.ts';
import type { ServiceInput } from '../machines/service.ts';
import { serviceInput } from '../wiring/limits.ts';
import { observe } from '../wiring/observe.ts';
import { provideService } from '../wiring/provide.ts';
import { tendSystem } from '../wiring/tended-system.ts';
import { useEveryCamera } from './client.ts';
import { Dice } from './dice.ts';
import type { Failure } from './failures.ts';
import { Steps } from './steps.ts';
import { type CameraTally, Tally } from './tally.ts';
import { SimulatedWorld } from './world.ts';

export interface Plan {
  readonly config: Config;
  readonly seed: number;
  readonly cameras: number;
  readonly durationMs: number;
  readonly failures: readonly Failure[];
  /** False: every single look is made, for those who want to see that it makes no difference. */
  readonly skipLooks?: boolean;
}

export interface CameraOutcome extends CameraTally {
  readonly camera: string;
  readonly recordedMs: number;
}

export interface Outcome {
  readonly cameras: readonly CameraOutcome[];
  readonly serverRestarts: number;
  /** Actors that are not where they should be at the end, with their states. */
  readonly unwell: readonly string[];
  readonly transitions: number;
}

/** Where an actor is when all is well. */
const WELL: Readonly<Record<string, RegExp>> = {
  service: /^working\.ready$/,
  'media-server': /^process running, health healthy,/,
  storage: /^level ok$/,
  discovery: /^sourcing\.(watching|listing)$/,
  camera: /^ready\.(confirmed|unsteady)$/,
  stream: /^live\.flowing$/,
  path: /^agreed$/,
};

const JITTER_DICE = 7919;

/** @returns the same for the same plan */
export async function live({
  config,
  seed,
  cameras,
  durationMs,
  failures,
  skipLooks = true,
}: Plan): Promise<Outcome> {
  const world = new SimulatedWorld(cameras, config.mediamtx.request_timeout_ms);
  const { time } = world;
  const steps = new Steps(time);
  const tally = new Tally(() => time.monoMs());
  observe(steps, tally);
  const input = simulated(serviceInput(config, { cameras: [], recordings: [] }));
  const root = createActor(provideService(world.hands()), {
    input,
    systemId: 'service',
    clock: time as never,
    inspect: steps.inspect,
  });
  tendSystem(root);
  useEveryCamera(
    steps,
    time,
    () => !['critical', 'missing'].includes(root.getSnapshot().context.storageLevel),
  );
  world.expect(failures);
  const attentionMs = longestSilenceMs(input);
  const dice = new Dice(seed, JITTER_DICE);
  const giveBackDice = rollJitterBy(() => dice.next());
  try {
    root.start();
    await settled();
    while (time.monoMs() < durationMs) {
      if (skipLooks && time.monoMs() - time.lastEventMs > attentionMs) time.skipLooks(durationMs);
      time.step(durationMs);
      await settled();
    }
    const ids = [...Array(cameras).keys()].map((number) => `camera${number}`);
    return {
      cameras: ids.map((camera) => ({
        camera,
        ...tally.of(camera),
        recordedMs: world.disk.recordedMs(camera),
      })),
      serverRestarts: tally.serverRestarts,
      unwell: steps
        .all()
        .filter(({ machine, state }) => WELL[machine]?.test(state) === false)
        .map(({ name, state }) => `${name}: ${state}`),
      transitions: steps.count,
    };
  } finally {
    root.stop();
    giveBackDice();
  }
}

/**
 * A sign of life that stays away is missed within this, and a change of the disk or the server is seen: so long nothing is
 * skipped after something happened. Limits that begin with a change of state are not among them: they are never skipped.
 */
export function longestSilenceMs({
  camera: { stream, recording },
  mediaServer: { limits },
  storage,
}: ServiceInput): number {
  const silencesMs = [
    ...[stream.bytesLimitMs, stream.framesLimitMs, stream.suspectLimitMs],
    recording.heartbeatLimitMs + recording.heartbeatMs,
    ...[limits.checkIntervalMs, limits.failingIntervalMs, limits.watchIntervalMs, storage.checkIntervalMs],
  ];
  return Math.max(...silencesMs) + 1000;
}

/** The simulated camera gives Motion-JPEG: what may become of a camera's own H.264 is no question here. */
function simulated(input: ServiceInput): ServiceInput {
  return { ...input, camera: { ...input.camera, wish: { ...input.camera.wish, profile: 'stanag4406' } } };
}

/** Lets every promise that can settle now settle. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
