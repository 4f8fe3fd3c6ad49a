/** The options of `npm run demo -- ...`. */
import { parseArgs } from 'node:util';
import { Stop } from './progress.mjs';
import { PROJECT } from './project.mjs';

export const USAGE = `Usage: npm run demo -- [--cameras N] [--port P] [--data DIR]
  --cameras N   synthetic cameras beside the real ones, 0 to 64; default 2
  --port P      port of the API, 1 to 65534; P + 1 serves health; default 8002, or the next free one
  --data DIR    where recordings, snapshots and keys are kept; default .demo/data`;

/** Exit code of a command line that cannot be understood, as of a wrong configuration. */
const EXIT_USAGE = 2;

/**
 * @param {readonly string[]} words
 * @returns {{ cameras: number, port: number | null, data: string } | null} null: help was asked for
 * @throws {Stop} exit code 2
 */
export function readOptions(words) {
  const values = parsed(words);
  if (values.help) return null;
  return {
    cameras: number('--cameras', values.cameras ?? '2', 0, 64),
    port: values.port === undefined ? null : number('--port', values.port, 1, 65_534),
    data: values.data ?? `${PROJECT}/.demo/data`,
  };
}

function parsed(words) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        cameras: { type: 'string' },
        port: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new Stop(`${error.message.split('. ')[0]}.\n${USAGE}`, EXIT_USAGE);
  }
}

function number(option, text, lowest, highest) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= lowest && value <= highest) return value;
  throw new Stop(
    `${option} must be a whole number from ${lowest} to ${highest}, not "${text}".\n${USAGE}`,
    EXIT_USAGE,
  );
}
