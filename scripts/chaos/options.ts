/** The options of `npm run chaos -- ...`. */
import { parseArgs } from 'node:util';
import type { MediaServerKind } from '../../tests/support/media-server.ts';
import type { Replay } from './rounds.ts';

export const USAGE = `Usage: npm run chaos -- [--minutes N] [--rounds N] [--seed S] [--round K] [--server simulator|mediamtx] [--cameras N]
  --minutes N   begins no new round after so many minutes; default 10
  --rounds N    plays no more than so many; default: as the minutes allow
  --seed S      what is done follows from it; default: a random one, which is printed
  --round K     plays this round of the seed alone, on a service of its own
  --server W    default: mediamtx where MEDIAMTX_BIN or PATH has one
  --cameras N   synthetic cameras, 1 to 8; default 3
  --shrinks N   plays a broken round so many times again to find a smaller one; default 10
  --path P --executed E  with --round: plays the smaller one that was printed
  --steps FILE  writes every step of the actors there, for npm run coverage:models`;

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** null: all of them, one after the other. */
  readonly round: number | null;
  readonly server: MediaServerKind;
  readonly cameras: number;
  /** null: as many as the time allows. */
  readonly rounds: number | null;
  readonly shrinks: number;
  readonly replay: Replay | undefined;
  readonly stepsFile: string | null;
}

const WORDS = 'minutes rounds seed round server cameras shrinks path executed steps'.split(' ');

/** @throws Error with a sentence and the usage */
export function readOptions(
  words: readonly string[],
  { randomSeed, hasMediaMtx }: { readonly randomSeed: number; readonly hasMediaMtx: boolean },
): ChaosOptions {
  const text = { type: 'string' } as const;
  let values: Readonly<Record<string, string | undefined>>;
  try {
    values = parseArgs({
      args: [...words],
      options: Object.fromEntries(WORDS.map((word) => [word, text])),
    }).values as typeof values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}.\n${USAGE}`);
  }
  const number = (name: keyof typeof values, usual: number, low: number, high: number) => {
    const word = values[name];
    const value = word === undefined ? usual : Number(word);
    if (value >= low && value <= high && (name === 'minutes' || Number.isInteger(value))) return value;
    throw new Error(`--${name} must be a number from ${low} to ${high}, not "${word}".\n${USAGE}`);
  };
  const server = values.server ?? (hasMediaMtx ? 'mediamtx' : 'simulator');
  if (server !== 'simulator' && server !== 'mediamtx')
    throw new Error(`--server must be simulator or mediamtx, not "${server}".\n${USAGE}`);
  if (server === 'mediamtx' && !hasMediaMtx)
    throw new Error('There is no MediaMTX: put it on the PATH, or name it with MEDIAMTX_BIN.');
  const { path, executed } = values;
  if ((path === undefined) !== (executed === undefined) || (path !== undefined && values.round === undefined))
    throw new Error(`--path, --executed and --round belong together.\n${USAGE}`);
  return {
    minutes: number('minutes', 10, 0.1, 10_000),
    seed: number('seed', randomSeed, 0, 0x7fff_ffff),
    round: values.round === undefined ? null : number('round', 1, 1, 1_000_000),
    server,
    cameras: number('cameras', 3, 1, 8),
    rounds: values.rounds === undefined ? null : number('rounds', 1, 1, 1_000_000),
    shrinks: number('shrinks', 10, 0, 1000),
    replay: path === undefined || executed === undefined ? undefined : { path, executed },
    stepsFile: values.steps ?? null,
  };
}
