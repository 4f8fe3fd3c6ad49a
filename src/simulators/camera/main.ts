/**
 * Process entry of the synthetic cameras: `main.js --folder DIR --count N --width W --height H --rate R
 * [--serials unique|equal] [--compressed MJPG,H264] [--warm-up MS]`. Stands for the hardware: it knows nothing of the service and outlives it.
 * Exit codes: 0 asked to end, 2 bad arguments, 4 another process serves this folder, 1 anything else.
 */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CONTROL_SOCKET } from '../../adapters/synthetic/protocol.ts';
import { COMPRESSED, type Compressed } from './compressor.ts';
import { ControlServer } from './control.ts';
import { Rack, type RackOptions } from './rack.ts';

/** How often the folder is looked at: somebody may have removed it. */
const REPAIR_INTERVAL_MS = 1000;

try {
  await serve(readArguments());
} catch (error) {
  leave(1, error instanceof Error ? error.message : String(error));
}

async function serve(options: RackOptions): Promise<void> {
  const path = join(options.folder, CONTROL_SOCKET);
  if (await answers(path)) leave(4, 'Other synthetic cameras serve this folder.');
  const rack = new Rack(options);
  const control = new ControlServer(path, rack);
  rack.open();
  // Last: who can connect here finds every camera ready.
  await control.open();

  setInterval(() => {
    try {
      rack.repair();
      void control.repair().catch(complain);
    } catch (error) {
      complain(error);
    }
  }, REPAIR_INTERVAL_MS);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      rack.close();
      control.close();
      process.exit(0);
    });
  }
}

function readArguments(): RackOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      folder: text,
      count: text,
      width: text,
      height: text,
      rate: text,
      serials: text,
      compressed: text,
      'warm-up': text,
    },
  });
  const number = (name: 'count' | 'width' | 'height' | 'rate' | 'warm-up', from: number, to: number) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < from || value > to) {
      leave(2, `--${name} must be a whole number from ${from} to ${to}.`);
    }
    return value;
  };
  if (values.folder === undefined) leave(2, '--folder is missing.');
  const serials = values.serials ?? 'unique';
  if (serials !== 'unique' && serials !== 'equal') leave(2, '--serials must be unique or equal.');
  const compressed = (values.compressed ?? '').split(',').filter((word) => word !== '');
  if (!compressed.every(isCompressed)) leave(2, `--compressed takes ${COMPRESSED.join(' and ')}.`);
  const widthPx = number('width', 160, 1920);
  if (widthPx % 2 !== 0) leave(2, '--width must be even: two pixels share their chroma.');
  return {
    folder: values.folder,
    count: number('count', 0, 64),
    mode: { widthPx, heightPx: number('height', 120, 1080), rateFps: number('rate', 1, 60) },
    serials,
    compressed,
    warmUpMs: values['warm-up'] === undefined ? 0 : number('warm-up', 0, 60_000),
  };
}

function isCompressed(word: string): word is Compressed {
  return COMPRESSED.includes(word as Compressed);
}

/** Whether a living process listens there; a killed one leaves a socket that refuses. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function complain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}

function leave(code: number, sentence: string): never {
  complain(sentence);
  process.exit(code);
}
