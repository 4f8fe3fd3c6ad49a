/** The flight recorder with its journal on disk: reads what earlier lives left, and begins this one. */
import { join } from 'node:path';
import { readBootId } from '../adapters/clock/boot-id.ts';
import { systemClock } from '../adapters/clock/system-clock.ts';
import { lastLines } from '../adapters/journal/journal-files.ts';
import { JournalFolder } from '../adapters/journal/journal-folder.ts';
import type { Log } from '../adapters/log/log.ts';
import type { Config } from '../config/schema.ts';
import { SERVICE_VERSION } from '../version.ts';
import { Recorder } from './recorder.ts';

/** Some thousand records: what happened before this start, without making it longer by more than a few milliseconds. */
const READ_BACK_BYTES = 1_572_864;

export interface OpenRecorder {
  readonly recorder: Recorder;
  /** Resolves when all records are with the kernel. */
  close(): Promise<void>;
  /** The same at once, for a process that cannot wait. */
  closeNow(): void;
}

/** Never fails for the disk's sake: then the log says so, and records are kept in memory. */
export async function openRecorder(
  { recorder: settings, debug }: Pick<Config, 'recorder' | 'debug'>,
  dataDirectory: string,
  secrets: readonly string[],
  log: Log,
): Promise<OpenRecorder> {
  const { memory_records: memoryRecords, batch_ms: batchMs, file_bytes: fileBytes, files } = settings;
  const folder = join(dataDirectory, 'journal');
  const report = (sentence: string) => log.warn({ event: 'journal_disk' }, sentence);
  const disk = new JournalFolder({ folder, fileBytes, files, report });
  const kept = { memoryRecords, batchMs, everyStep: debug.record_every_step };
  const recorder = new Recorder({ clock: systemClock, disk, secrets, ...kept });
  const earlier = await lastLines(folder, READ_BACK_BYTES).catch((error: NodeJS.ErrnoException) => {
    report(`The journal of earlier lives cannot be read (${error.code ?? 'unknown'})`);
    return [];
  });
  recorder.begin(earlier, { pid: process.pid, version: SERVICE_VERSION, bootId: await readBootId() });
  return {
    recorder,
    close: () => {
      recorder.flush();
      return disk.close();
    },
    closeNow: () => {
      recorder.flush();
      disk.writeNow();
    },
  };
}
