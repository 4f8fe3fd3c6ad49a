/** One recording session on disk, as the recorder would leave it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  RecordingFolder,
  type RecordingFolderSettings,
} from '../../../src/adapters/files/recording-folder.ts';
import type { FinaliseRequest } from '../../../src/machines/ports.ts';
import { type PartShape, writePart } from '../../support/mp4.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

export const never = new AbortController().signal;
export const SESSION = 'camera0_2026-11-23_04-28-13';
export const STARTED_AT_MS = 1_795_408_093_250;

export const order: FinaliseRequest = {
  session: SESSION,
  cameraId: 'camera0',
  format: 'fmp4',
  reason: 'requested',
  outcome: 'completed',
  orderedAtMs: STARTED_AT_MS - 900,
  endedAtMs: STARTED_AT_MS + 60_000,
  gaps: [],
  adoptions: 0,
  durationMs: null,
  partOrder: [],
};

export async function startSession(settings: Partial<RecordingFolderSettings> = {}) {
  const recordingsFolder = settings.recordingsFolder ?? (await temporaryFolder());
  const partsFolder = join(recordingsFolder, '.parts', 'camera0');
  const files = new RecordingFolder({ recordingsFolder, ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', ...settings });
  /** Parts one behind the other, ten seconds apart. */
  const write = (...shapes: readonly PartShape[]) =>
    shapes.map((shape, index) => {
      const file = partName(index);
      writePart(join(partsFolder, file), shape);
      return file;
    });
  const visible = async () =>
    (await readdir(recordingsFolder)).filter((name) => !name.startsWith('.')).sort();
  const left = () => readdir(partsFolder);
  return { files, recordingsFolder, partsFolder, write, visible, left };
}

export function partName(index: number, session = SESSION): string {
  const startedAtMs = STARTED_AT_MS + index * 10_000;
  return `${session}_${Math.floor(startedAtMs / 1000)}-${String(startedAtMs % 1000).padStart(3, '0')}417.mp4`;
}
