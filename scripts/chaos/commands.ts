/**
 * A round as fast-check's commands: steps that can be done where they stand, so many of them that the round has its length,
 * and fewer once a failure is made smaller.
 */
import fc from 'fast-check';
import { longCommands } from '../../tests/support/long-commands.ts';
import { openingsOf, type Step, type StepKind, stepsOf, THEMES, type Theme, wordsOf } from './script.ts';

/** What was done to the world so far, as far as later steps depend on it. */
export interface Told {
  readonly done: Set<string>;
  steps: number;
  readonly mostSteps: number;
}

export interface Stage {
  /** Does it, waits as it says, and fails with the first violation that was seen. */
  act(step: Step): Promise<void>;
}

export type Command = fc.AsyncCommand<Told, Stage>;

export interface Round {
  readonly openings: readonly Step[];
  readonly commands: Iterable<Command>;
}

/** Steps of which the second makes sense only after the first, and is over with it. */
const UNDOES: Partial<Record<StepKind, readonly StepKind[]>> = {
  plug: ['unplug'],
  thaw: ['freeze'],
  unmute: ['mute'],
  continueCapture: ['pauseCapture'],
  continueServer: ['pauseServer'],
  freeRuntime: ['fillRuntime'],
  freeRecordings: ['fillRecordings'],
  leave: ['watch'],
  enableCamera: ['disableCamera'],
};
/** Of these no second one makes sense before it is undone. */
const ONCE: readonly StepKind[] = [
  'unplug',
  'freeze',
  'mute',
  'pauseServer',
  'fillRuntime',
  'fillRecordings',
  'disableCamera',
];

export function newTold(mostSteps: number): Told {
  return { done: new Set(), steps: 0, mostSteps };
}

export function canBeDone(told: Told, { kind, camera }: Step): boolean {
  const was = (other: StepKind) => told.done.has(`${other} ${camera}`);
  const undone = UNDOES[kind];
  return (undone === undefined || undone.some(was)) && !(ONCE.includes(kind) && was(kind));
}

function note(told: Told, { kind, camera }: Step): void {
  told.steps += 1;
  told.done.add(`${kind} ${camera}`);
  for (const other of UNDOES[kind] ?? []) told.done.delete(`${other} ${camera}`);
}

export function commandOf(step: Step): Command {
  return {
    check: (told) => told.steps < told.mostSteps && canBeDone(told, step),
    async run(told, stage) {
      note(told, step);
      await stage.act(step);
    },
    toString: () => `${wordsOf(step)} (${step.thenWaitMs} ms)`,
  };
}

/** @param replayPath what fast-check printed beside the path of a smaller failure */
export function roundsOf(cameras: number, steps: number, replayPath?: string): fc.Arbitrary<Round> {
  const ofTheme = (theme: Theme): fc.Arbitrary<Iterable<Command>> =>
    longCommands([stepsOf(theme, cameras).map(commandOf)], steps, replayPath);
  const commands = fc.oneof(
    ...(Object.keys(THEMES) as Theme[]).map((theme) => ({
      weight: THEMES[theme].weight,
      arbitrary: ofTheme(theme),
    })),
  );
  return fc.record({ openings: openingsOf(cameras), commands });
}
