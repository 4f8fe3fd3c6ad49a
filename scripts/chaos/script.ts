/**
 * What may be done in a round: kinds of steps with their weights, and arbitraries that make steps of them, so that fast-check
 * can draw them from a seed and make a failure smaller. Says what is done and never does it.
 */
import fc from 'fast-check';

/** How often each kind of step comes, relative to the others; and whether it is done to one camera. */
const KINDS = {
  // The hardware.
  unplug: { weight: 4, camera: true },
  plug: { weight: 8, camera: true },
  freeze: { weight: 1, camera: true },
  thaw: { weight: 2, camera: true },
  mute: { weight: 2, camera: true },
  unmute: { weight: 4, camera: true },
  // The captures.
  killCapture: { weight: 4, camera: true },
  pauseCapture: { weight: 2, camera: true },
  continueCapture: { weight: 4, camera: true },
  // The media server.
  killServer: { weight: 3, camera: false },
  pauseServer: { weight: 2, camera: false },
  continueServer: { weight: 5, camera: false },
  kickPublisher: { weight: 3, camera: true },
  // The control plane.
  killService: { weight: 4, camera: false },
  killServiceTwice: { weight: 1, camera: false },
  handOver: { weight: 1, camera: false },
  stopService: { weight: 1, camera: false },
  // Disks and folders.
  fillRuntime: { weight: 1, camera: false },
  freeRuntime: { weight: 3, camera: false },
  fillRecordings: { weight: 1, camera: false },
  freeRecordings: { weight: 3, camera: false },
  removeRuntime: { weight: 1, camera: false },
  staleDemand: { weight: 2, camera: true },
  // Viewers and clients.
  watch: { weight: 5, camera: true },
  leave: { weight: 5, camera: true },
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
  enableCamera: { weight: 6, camera: true },
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

/**
 * Half of the rounds do everything. In the others one half of the world is left alone, so that what the rest may never
 * cost (a picture, a process) is seen: where everything is touched, everything may be missing.
 */
export const THEMES = {
  everything: { weight: 4, leavesAlone: [] },
  controlPlane: {
    weight: 2,
    leavesAlone: [
      ...[/plug$/, /mute$/, /Capture$/, /Server$/, /Publisher$/, /Recordings$/, /^stopService$/],
      /ableCamera$/,
    ],
  },
  hardware: {
    weight: 1,
    leavesAlone: [/Server$/, /Publisher$/, /Service(Twice)?$/, /^handOver$/, /Recordings$/],
  },
  mediaServer: {
    weight: 1,
    leavesAlone: [/plug$/, /mute$/, /Capture$/, /Service(Twice)?$/, /^handOver$/, /ableCamera$/],
  },
} as const satisfies Record<string, { weight: number; leavesAlone: readonly RegExp[] }>;

export type Theme = keyof typeof THEMES;

/** A round begins with something to lose. */
const OPENINGS = { startRecording: 4, startStreaming: 2, watch: 2 } as const;

export function stepsOf(theme: Theme, cameras: number): fc.Arbitrary<Step> {
  const leavesAlone: readonly RegExp[] = THEMES[theme].leavesAlone;
  const kinds = STEP_KINDS.filter((kind) => !leavesAlone.some((pattern) => pattern.test(kind)));
  return weighted(kinds, (kind) => KINDS[kind].weight, cameras, PAUSE);
}

export function openingsOf(cameras: number): fc.Arbitrary<readonly Step[]> {
  const kinds = Object.keys(OPENINGS) as (keyof typeof OPENINGS)[];
  const opening = weighted(kinds, (kind) => OPENINGS[kind], cameras, fc.integer({ min: 200, max: 2000 }));
  return fc.array(opening, { minLength: 1, maxLength: cameras });
}

/** At once, soon, or later: what meets what depends on it. */
const PAUSE = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 6, arbitrary: fc.integer({ min: 50, max: 400 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1000, max: 3000 }) },
);

function weighted<Kind extends StepKind>(
  kinds: readonly Kind[],
  weightOf: (kind: Kind) => number,
  cameras: number,
  thenWaitMs: fc.Arbitrary<number>,
): fc.Arbitrary<Step> {
  const step = (kind: Kind): fc.Arbitrary<Step> =>
    fc.record({
      kind: fc.constant(kind),
      camera: KINDS[kind].camera
        ? fc.nat(cameras - 1).map((index) => `camera${index}`)
        : fc.constant<string | null>(null),
      format: fc.constantFrom(...FORMATS),
      durationS: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 1 }),
      maxAgeMs: fc.constantFrom(null, 0, 200, 60_000),
      percent: fc.constantFrom(100, 93),
      awayMs: fc.constantFrom(0, 0, 100, 500, 2500),
      thenWaitMs,
    });
  return fc.oneof(...kinds.map((kind) => ({ weight: weightOf(kind), arbitrary: step(kind) })));
}

/** For the log: `startRecording camera1 mkv 5 s`. */
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
