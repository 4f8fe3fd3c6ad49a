/**
 * What is done in one round: a list of steps that follows from seed, round and number of cameras alone, so that a round
 * that failed can be played again. Says what is done and never does it.
 */
import { Dice } from '../../src/simulation/dice.ts';

/** How often each kind of step comes, relative to the others; and whether it is done to one camera. */
const KINDS = {
  // The hardware.
  unplug: { weight: 4, camera: true },
  plug: { weight: 5, camera: true },
  freeze: { weight: 1, camera: true },
  thaw: { weight: 1, camera: true },
  mute: { weight: 2, camera: true },
  unmute: { weight: 3, camera: true },
  // The captures.
  killCapture: { weight: 4, camera: true },
  pauseCapture: { weight: 2, camera: true },
  continueCapture: { weight: 3, camera: true },
  // The media server.
  killServer: { weight: 3, camera: false },
  pauseServer: { weight: 2, camera: false },
  continueServer: { weight: 4, camera: false },
  kickPublisher: { weight: 3, camera: true },
  // The control plane.
  killService: { weight: 4, camera: false },
  killServiceTwice: { weight: 1, camera: false },
  handOver: { weight: 1, camera: false },
  stopService: { weight: 1, camera: false },
  // Disks and folders.
  fillRuntime: { weight: 1, camera: false },
  freeRuntime: { weight: 2, camera: false },
  fillRecordings: { weight: 1, camera: false },
  freeRecordings: { weight: 2, camera: false },
  removeRuntime: { weight: 1, camera: false },
  staleDemand: { weight: 2, camera: true },
  // Viewers and clients.
  watch: { weight: 5, camera: true },
  leave: { weight: 4, camera: true },
  vanishingClient: { weight: 2, camera: true },
  deafClient: { weight: 1, camera: true },
  rudeClient: { weight: 2, camera: false },
  // Orders.
  startRecording: { weight: 12, camera: true },
  stopRecording: { weight: 6, camera: true },
  startStreaming: { weight: 5, camera: true },
  stopStreaming: { weight: 4, camera: true },
  takeSnapshot: { weight: 6, camera: true },
  disableCamera: { weight: 2, camera: true },
  enableCamera: { weight: 5, camera: true },
  retryCamera: { weight: 1, camera: true },
  renameCamera: { weight: 1, camera: true },
  setControl: { weight: 2, camera: true },
  listFiles: { weight: 2, camera: false },
} as const;

export type StepKind = keyof typeof KINDS;
export const STEP_KINDS = Object.keys(KINDS) as StepKind[];
export const FORMATS = ['fmp4', 'mp4', 'mkv', 'mpegts'] as const;

export interface Step {
  readonly kind: StepKind;
  /** null where it is not about a camera. */
  readonly camera: string | null;
  /** startRecording. */
  readonly format: (typeof FORMATS)[number];
  /** startRecording: seconds; null: until stopped. */
  readonly durationS: number | null;
  /** takeSnapshot; null: the default. */
  readonly maxAgeMs: number | null;
  /** Disks: how full, in percent. */
  readonly percent: number;
  /** How long the control plane is away, where it is ended. */
  readonly awayMs: number;
  /** Before the next step. */
  readonly thenWaitMs: number;
}

export interface ScriptWish {
  readonly seed: number;
  readonly round: number;
  readonly cameras: number;
  /** All waits together; the steps themselves take time beside it. */
  readonly lengthMs: number;
}

function weightsOf(theme: keyof typeof THEMES): Record<StepKind, number> {
  const weigh = (kind: StepKind) =>
    LEFT_ALONE[theme].some((pattern) => pattern.test(kind)) ? 0 : KINDS[kind].weight;
  return Object.fromEntries(STEP_KINDS.map((kind) => [kind, weigh(kind)])) as Record<StepKind, number>;
}
/**
 * Half of the rounds do everything. In the others one half of the world is left alone, so that what the rest may never
 * cost (a picture, a process) is seen: where everything is touched, everything may be missing.
 */
const THEMES = { everything: 4, controlPlane: 2, hardware: 1, mediaServer: 1 } as const;
const LEFT_ALONE: Readonly<Record<keyof typeof THEMES, readonly RegExp[]>> = {
  everything: [],
  controlPlane: [
    ...[/plug$/, /mute$/, /Capture$/, /Server$/, /Publisher$/, /Recordings$/, /^stopService$/],
    /ableCamera$/,
  ],
  hardware: [/Server$/, /Publisher$/, /Service(Twice)?$/, /^handOver$/, /Recordings$/],
  mediaServer: [/plug$/, /mute$/, /Capture$/, /Service(Twice)?$/, /^handOver$/, /ableCamera$/],
};

/** A round begins with something to lose. */
const OPENINGS = { startRecording: 4, startStreaming: 2, watch: 2 } as const;

export function scriptOf({ seed, round, cameras, lengthMs }: ScriptWish): readonly Step[] {
  const dice = new Dice(seed, round, cameras);
  const weights = weightsOf(dice.weighted(THEMES));
  const steps: Step[] = [];
  const openings = dice.between(1, cameras);
  let leftMs = lengthMs;
  while (leftMs > 0) {
    const opening = steps.length < openings;
    const kind: StepKind = opening ? dice.weighted(OPENINGS) : dice.weighted(weights);
    const step = stepOf(kind, dice, cameras, opening && steps.length === openings - 1);
    steps.push(step);
    leftMs -= step.thenWaitMs;
  }
  return steps;
}

/** Every step takes the same number of throws, whatever its kind: so a new kind changes the words, not the rhythm. */
function stepOf(kind: StepKind, dice: Dice, cameras: number, lastOpening: boolean): Step {
  const camera = `camera${dice.between(0, cameras - 1)}`;
  const format = dice.of(FORMATS);
  const seconds = dice.between(2, 12);
  const wished = dice.chance(0.4);
  const maxAgeMs = dice.of([null, 0, 200, 60_000]);
  const percent = dice.of([93, 100]);
  const awayMs = dice.of([0, 0, 100, 500, 2500]);
  const pace = dice.weighted({ atOnce: 3, soon: 5, later: 2 });
  const share = dice.next();
  const [lowMs, highMs] = lastOpening
    ? [1000, 4000]
    : { atOnce: [0, 60], soon: [100, 1500], later: [1500, 5000] }[pace];
  return {
    kind,
    camera: KINDS[kind].camera ? camera : null,
    format,
    durationS: wished ? seconds : null,
    maxAgeMs,
    percent,
    awayMs,
    thenWaitMs: Math.round(lowMs! + share * (highMs! - lowMs!)),
  };
}

/** For the log: `startRecording camera1 mkv 5 s, then 320 ms`. */
export function wordsOf(step: Step): string {
  const about: Partial<Record<StepKind, string>> = {
    startRecording: `${step.format}${step.durationS === null ? '' : ` ${step.durationS} s`}`,
    setControl: `brightness ${step.percent - 70}`,
    takeSnapshot: step.maxAgeMs === null ? '' : `max_age_ms ${step.maxAgeMs}`,
    fillRuntime: `${step.percent} %`,
    fillRecordings: `${step.percent} %`,
    killService: `away ${step.awayMs} ms`,
    killServiceTwice: `away ${step.awayMs} ms`,
    handOver: `away ${step.awayMs} ms`,
    stopService: `away ${step.awayMs} ms`,
  };
  return [step.kind, step.camera, about[step.kind]].filter(Boolean).join(' ');
}
