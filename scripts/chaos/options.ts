/** The options of `npm run chaos -- ...`. */
import { parseArgs } from 'node:util';
import type { MediaServerKind } from '../../tests/support/media-server.ts';

export const USAGE = `Usage: npm run chaos -- [--minutes N] [--seed S] [--round K] [--server simulator|mediamtx] [--cameras N]
  --minutes N   begins no new round after so many minutes; default 10
  --seed S      what is done follows from it; default: a random one, which is printed
  --round K     plays this round of the seed alone, on a service of its own
  --server W    default: mediamtx where MEDIAMTX_BIN or PATH has one
  --cameras N   synthetic cameras, 1 to 8; default 3`;

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** null: all of them, one after the other. */
  readonly round: number | null;
  readonly server: MediaServerKind;
  readonly cameras: number;
}

/** @throws Error with a sentence and the usage */
export function readOptions(
  words: readonly string[],
  { randomSeed, hasMediaMtx }: { readonly randomSeed: number; readonly hasMediaMtx: boolean },
): ChaosOptions {
  const text = { type: 'string' } as const;
  let values: Partial<Record<'minutes' | 'seed' | 'round' | 'server' | 'cameras', string>>;
  try {
    values = parseArgs({
      args: [...words],
      options: { minutes: text, seed: text, round: text, server: text, cameras: text },
    }).values;
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
  return {
    minutes: number('minutes', 10, 0.1, 10_000),
    seed: number('seed', randomSeed, 0, 0x7fff_ffff),
    round: values.round === undefined ? null : number('round', 1, 1, 1_000_000),
    server,
    cameras: number('cameras', 3, 1, 8),
  };
}
