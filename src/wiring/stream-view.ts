/** A stream's and a recording's snapshots as the plain views that the front desk reads. Pure but for the journal. */
import type { ActorRefFrom, SnapshotFrom } from 'xstate';
import type { RecordingView, RecordingWord, StreamView, StreamWord } from '../api/door.ts';
import { backoffMs } from '../machines/backoff.ts';
import type { recordingMachine } from '../machines/recording.ts';
import { recordedMs } from '../machines/recording-facts.ts';
import { gapsOf, type RecordingContext } from '../machines/recording-setup.ts';
import { storyPath } from '../machines/state-path.ts';
import type { streamMachine } from '../machines/stream.ts';
import { lateTrouble } from '../machines/stream-causes.ts';
import type { Journal } from './journal.ts';

export type StreamRef = ActorRefFrom<typeof streamMachine>;
export type RecordingRef = ActorRefFrom<typeof recordingMachine>;

/** Facts that no snapshot holds: instants, kept by the engine as things move. */
export interface StreamInstants {
  readonly captureSinceMonoMs: number | null;
  readonly liveSinceMonoMs: number | null;
}

export function streamView(
  ref: StreamRef,
  journal: Journal,
  instants: StreamInstants,
  demand: StreamView['demand'],
): StreamView {
  const snapshot = ref.getSnapshot();
  const { context } = snapshot;
  const sinceAtMs = journal.sinceAtMs(ref);
  const atMs = (monoMs: number | null) => (monoMs === null ? null : journal.timeline.atMs(monoMs));
  return {
    state: storyPath(snapshot.value),
    sinceAtMs,
    status: streamWord(snapshot),
    reasons: context.reasons,
    attempts: context.attempts,
    maxAttempts: context.limits.attempts,
    retryAtMs: retryAtMs(snapshot, sinceAtMs),
    capture:
      context.process === null
        ? null
        : {
            pid: context.process.pid,
            startedAtMs: atMs(instants.captureSinceMonoMs) ?? sinceAtMs,
            adopted: context.process.adopted,
          },
    available: context.observation?.available ?? false,
    readers: context.observation?.readers ?? 0,
    inboundBytes: context.observation?.inboundBytes ?? 0,
    tap: context.tapTrouble !== null ? 'tap_unavailable' : context.frame === null ? 'unknown' : 'available',
    demand,
    liveSinceAtMs: snapshot.matches('live') ? atMs(instants.liveSinceMonoMs) : null,
    trouble: context.trouble ?? context.contest ?? lateTrouble(context) ?? context.tapTrouble,
  };
}

function streamWord(snapshot: SnapshotFrom<typeof streamMachine>): StreamWord {
  if (snapshot.matches('live')) return 'ACTIVE';
  if (snapshot.matches('starting') || snapshot.matches('adopting')) return 'STARTING';
  if (snapshot.matches('stopping') || snapshot.matches('unplugging') || snapshot.matches('releasing'))
    return 'STOPPING';
  if (snapshot.matches('faulted') || snapshot.matches('backoff') || snapshot.matches('clearing'))
    return 'ERROR';
  return 'INACTIVE';
}

/** Jitter is left out: it says "about then". */
function retryAtMs(snapshot: SnapshotFrom<typeof streamMachine>, sinceAtMs: number): number | null {
  const { limits, attempts } = snapshot.context;
  if (snapshot.matches('faulted')) return sinceAtMs + limits.faultedRetryMs;
  if (!snapshot.matches('backoff')) return null;
  return (
    sinceAtMs +
    backoffMs(attempts, { firstMs: limits.backoffMs, longestMs: limits.backoffMaxMs, jitter: [1, 1] })
  );
}

export function recordingView(ref: RecordingRef, journal: Journal): RecordingView {
  const snapshot = ref.getSnapshot();
  const { context } = snapshot;
  const { finished } = context;
  return {
    state: storyPath(snapshot.value),
    sinceAtMs: journal.sinceAtMs(ref),
    session: context.order.session,
    device: context.order.cameraId,
    status: recordingWord(snapshot),
    format: context.order.format,
    orderedAtMs: context.order.orderedAtMs,
    startedAtMs: context.parts[0]?.startedAtMs ?? null,
    durationMs: finished?.durationMs ?? liveDurationMs(context),
    wantedDurationMs: context.order.durationMs,
    sizeBytes: finished?.sizeBytes ?? context.sizeBytes,
    parts: finished?.parts ?? context.parts,
    gaps: gapsOf(context),
    adoptions: context.adoptions,
    reason: context.reason,
    trouble: context.trouble,
  };
}

/** The part being written has no length yet: what passed since its start, as of the last look. */
function liveDurationMs({ parts, openPart, lookedMonoMs }: RecordingContext): number {
  const runningMs = openPart === null || lookedMonoMs === null ? 0 : lookedMonoMs - openPart.sinceMonoMs;
  return recordedMs(parts) + Math.max(0, Math.round(runningMs));
}

export function recordingWord(snapshot: SnapshotFrom<typeof recordingMachine>): RecordingWord {
  if (snapshot.matches({ rolling: 'growing' })) return 'RECORDING';
  if (snapshot.matches('interrupted')) return 'INTERRUPTED';
  if (snapshot.matches('stopping')) return 'STOPPING';
  if (snapshot.matches('failing') || snapshot.matches('failed')) return 'FAILED';
  if (snapshot.matches('unfiled')) return 'ERROR';
  if (snapshot.matches('finalising') || snapshot.matches('filed') || snapshot.matches('completed'))
    return 'STOPPED';
  return 'STARTING';
}
