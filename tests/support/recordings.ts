/** Finished recordings as a client finds them: in the list, and as files that play. */
import { join } from 'node:path';
import { execa } from 'execa';
import type { Barcode } from '../../src/simulators/camera/barcode.ts';
import { barcodesOf, jumpsIn } from './frames.ts';
import type { TestService } from './service.ts';
import { until } from './until.ts';

/** The answer of start_recording, stop_recording and get_recording_status, as far as tests look into it. */
export interface Session {
  readonly session_id: string;
  readonly filename: string;
  readonly status: string;
  readonly duration_ms: number;
  readonly file_size: number;
  readonly start_time: string;
}

/** An entry of list_recordings, as far as tests look into it. */
export interface ListedRecording {
  readonly filename: string;
  readonly file_size: number;
  readonly duration: number;
  readonly duration_ms: number;
  readonly download_url: string;
  readonly session_id: string;
  readonly format: string;
  readonly outcome: string;
  readonly reason: string;
  readonly parts: readonly {
    readonly filename: string;
    readonly file_size: number;
    readonly start_time: string;
    readonly duration_ms: number;
    readonly download_url: string;
  }[];
  readonly gaps: readonly { readonly from: string; readonly to: string; readonly cause: string }[];
  readonly adoptions: number;
  readonly warning: string | null;
}

/** Waits until the session is finished and in the list. */
export function untilListed(
  service: TestService,
  session: string,
  timeoutMs = 40_000,
): Promise<ListedRecording> {
  return until(
    async () => {
      const { files } = await service.call<{ files: ListedRecording[] }>('list_recordings', { limit: 1000 });
      return files.find(({ session_id }) => session_id === session);
    },
    { timeoutMs, what: `recording ${session} in the list`, intervalMs: 50 },
  );
}

export interface PlayedRecording {
  /** Of all files in order. */
  readonly frames: readonly (Barcode | null)[];
  /** Pictures that are missing between the first and the last, also from one file to the next. */
  readonly jumps: readonly [number, number][];
  /** Each file's own length. */
  readonly lengthsMs: readonly number[];
}

/** Decodes all files of a recording. @throws Error when a player would complain */
export async function play(folder: string, recording: ListedRecording): Promise<PlayedRecording> {
  const files = recording.parts.map(({ filename }) => join(folder, filename));
  const frames: (Barcode | null)[] = [];
  const lengthsMs: number[] = [];
  for (const file of files) {
    frames.push(...(await barcodesOf(file, { timeoutMs: 60_000 })));
    lengthsMs.push((await containerOf(file)).durationMs);
  }
  return { frames, jumps: jumpsIn(frames), lengthsMs };
}

/** What ffprobe says of a file: its container and how long it plays. */
export async function containerOf(file: string): Promise<{ format: string; durationMs: number }> {
  const { stdout, stderr } = await execa(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'format=format_name,duration', '-of', 'json', file],
    { timeout: 20_000 },
  );
  if (stderr !== '') throw new Error(`${file}: ${stderr}`);
  const { format } = JSON.parse(stdout) as { format: { format_name: string; duration: string } };
  return { format: format.format_name, durationMs: Math.round(Number(format.duration) * 1000) };
}
