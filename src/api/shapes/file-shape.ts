/** Entries of list_recordings and list_snapshots: the design's fields, beside them the older names of the same facts. */
import { z } from 'zod';
import type { SnapshotEntry } from '../../machines/ports.ts';
import type { FinishedRecording, RecordedPart } from '../../machines/values.ts';
import { count, stamp, stampOf, wholeSeconds } from './common.ts';
import { finishedFileName, gapForm, gapShape, RECORDING_FORMATS } from './recording-shape.ts';

export const pageParams = z.strictObject({
  limit: z.int().min(1).max(1000).default(50),
  offset: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
});

const fileFields = {
  filename: z.string().describe('with its extension'),
  file_size: count.describe('bytes'),
  modified_time: stamp,
  created_time: stamp,
  device: z.string().nullable().describe('null: not known'),
  size: count.describe('file_size, for older clients'),
  timestamp: stamp.describe('created_time, for older clients'),
};

/** @param entry of the list */
export function listShape<T extends z.ZodType>(entry: T) {
  return z.strictObject({
    files: z.array(entry).describe('newest first'),
    total: count,
    limit: count,
    offset: count,
    total_count: count.describe('total, for older clients'),
    has_more: z.boolean(),
  });
}

/** The list around a page of entries. */
export function listForm<T>(files: T[], total: number, page: z.output<typeof pageParams>) {
  return { files, total, ...page, total_count: total, has_more: page.offset + files.length < total };
}

export const recordingEntryShape = z.strictObject({
  ...fileFields,
  duration: count.describe('seconds, gaps left out'),
  download_url: z.string().nullable().describe('of the first file; null: nothing was recorded'),
  duration_ms: z.number().min(0),
  session_id: z.string(),
  format: z.enum(RECORDING_FORMATS),
  outcome: z.enum(['completed', 'failed']),
  reason: z.string().describe('why it ended'),
  parts: z
    .array(
      z.strictObject({
        filename: z.string(),
        file_size: count,
        start_time: stamp,
        duration_ms: z.number().min(0).nullable(),
        download_url: z.string(),
      }),
    )
    .describe('its files in order; one, unless it was interrupted or very long'),
  gaps: z.array(gapShape),
  adoptions: count,
  overrun_ms: z.number().min(0),
  warning: z.string().nullable(),
});

export const snapshotEntryShape = z.strictObject({
  ...fileFields,
  duration: z.null(),
  download_url: z.string(),
});

/** `/files/recordings/NAME` or `/files/snapshots/NAME` on the main listener. */
export function downloadUrl(folder: 'recordings' | 'snapshots', filename: string): string {
  return `/files/${folder}/${encodeURIComponent(filename)}`;
}

export function recordingEntry(recording: FinishedRecording): z.infer<typeof recordingEntryShape> {
  const filename = finishedFileName(recording);
  const created = stampOf(recording.startedAtMs ?? recording.orderedAtMs);
  return {
    filename,
    file_size: recording.sizeBytes,
    modified_time: stampOf(recording.endedAtMs),
    created_time: created,
    duration: wholeSeconds(recording.durationMs),
    device: recording.cameraId,
    download_url: recording.parts.length === 0 ? null : downloadUrl('recordings', filename),
    size: recording.sizeBytes,
    timestamp: created,
    duration_ms: recording.durationMs,
    session_id: recording.session,
    format: recording.format,
    outcome: recording.outcome,
    reason: recording.reason,
    parts: recording.parts.map(partForm),
    gaps: recording.gaps.map(gapForm),
    adoptions: recording.adoptions,
    overrun_ms: recording.overrunMs,
    warning: recording.warning,
  };
}

function partForm(part: RecordedPart) {
  return {
    filename: part.file,
    file_size: part.sizeBytes,
    start_time: stampOf(part.startedAtMs),
    duration_ms: part.durationMs,
    download_url: downloadUrl('recordings', part.file),
  };
}

export function snapshotEntry(entry: SnapshotEntry): z.infer<typeof snapshotEntryShape> {
  const taken = stampOf(entry.takenAtMs);
  return {
    filename: entry.filename,
    file_size: entry.sizeBytes,
    modified_time: taken,
    created_time: taken,
    duration: null,
    device: entry.cameraId,
    download_url: downloadUrl('snapshots', entry.filename),
    size: entry.sizeBytes,
    timestamp: taken,
  };
}
