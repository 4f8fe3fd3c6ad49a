/** The synthetic cameras as the process they are in production, for one test; ended with the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SyntheticButtons } from '../../src/adapters/synthetic/buttons.ts';
import { type Barcode, decodeBarcode } from '../../src/simulators/camera/barcode.ts';
import { compiledEntry } from './compiled.ts';
import { temporaryFolder } from './temp-folder.ts';
import { until } from './until.ts';

export interface CamerasWish {
  readonly count?: number;
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly rateFps?: number;
  readonly serials?: 'unique' | 'equal';
  readonly compressed?: readonly ('MJPG' | 'H264')[];
  /** Default: a new one. */
  readonly folder?: string;
}

export interface RunningCameras {
  readonly folder: string;
  readonly process: ChildProcess;
  readonly buttons: SyntheticButtons;
  /** Stream socket of a node. */
  path(index: number): string;
}

/** Starts them and waits until they answer; one camera, 320x240 at 10 frames a second, unless told otherwise. */
export async function startCameras(wish: CamerasWish = {}): Promise<RunningCameras> {
  const {
    count = 1,
    widthPx = 320,
    heightPx = 240,
    rateFps = 10,
    serials = 'unique',
    compressed = [],
  } = wish;
  const folder = wish.folder ?? (await temporaryFolder('cameras-'));
  const picture = [
    '--width',
    `${widthPx}`,
    '--height',
    `${heightPx}`,
    '--rate',
    `${rateFps}`,
    '--serials',
    serials,
    '--compressed',
    compressed.join(','),
  ];
  const args = [
    compiledEntry('simulators/camera/main.ts'),
    '--folder',
    folder,
    '--count',
    `${count}`,
    ...picture,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const buttons = new SyntheticButtons(folder);
  await until(() => buttons.report(), { what: 'the synthetic cameras answer' });
  return { folder, process: child, buttons, path: (index) => join(folder, `synthetic${index}.sock`) };
}

export interface Opener {
  readonly socket: Socket;
  /** Barcodes of the frames so far, in order. */
  readonly frames: (Barcode | null)[];
  /** True once the camera has ended the stream. */
  ended: boolean;
}

/** Opens a camera as ffmpeg does, without ffmpeg. @throws ECONNREFUSED when it is busy, ENOENT when it is gone */
export async function openCamera(path: string, widthPx = 320, heightPx = 240): Promise<Opener> {
  const socket = connect(path);
  const opener: Opener = { socket, frames: [], ended: false };
  const sizeBytes = widthPx * heightPx * 2;
  let waiting = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= sizeBytes) {
      const luma = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => waiting[2 * i]!);
      opener.frames.push(decodeBarcode(luma, widthPx, heightPx));
      waiting = waiting.subarray(sizeBytes);
    }
  });
  socket.once('end', () => {
    opener.ended = true;
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return opener;
}
