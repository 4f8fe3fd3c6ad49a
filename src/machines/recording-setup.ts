/** The recording machine's types, actions, guards and delays; the chart is in recording.ts. */
import { assign, enqueueActions, fromPromise, raise, sendTo, setup } from 'xstate';
import { type Trouble, troubleOf } from './errors.ts';
import { type FinaliseRequest, inOrder } from './ports.ts';
import {
  deadlineOf,
  gapsBetween,
  type Interruption,
  NEVER_MS,
  newestGrew,
  openPartOf,
  type PartStart,
  recordedBytes,
  startsOf,
} from './recording-facts.ts';
import { parentOf } from './report.ts';
import type {
  CameraId,
  FinishedRecording,
  OpenPart,
  RecordedPart,
  RecordingEndReason,
  RecordingOrder,
  RecordingWish,
} from './values.ts';

export interface RecordingLimits {
  readonly readyTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly heartbeatLimitMs: number;
  readonly resumeMs: number;
  readonly closeTimeoutMs: number;
  readonly closeCheckMs: number;
  readonly fileRetryMs: number;
}

export interface RecordingInput {
  readonly order: RecordingOrder;
  readonly limits: RecordingLimits;
  /** The wish of an earlier life; null for a new session. */
  readonly restored: RecordingWish | null;
}

export interface RecordingContext {
  readonly order: RecordingOrder;
  readonly limits: RecordingLimits;
  readonly adoptions: number;
  readonly interruptions: readonly Interruption[];
  /** In the order in which they appeared. */
  readonly parts: readonly RecordedPart[];
  /** When they began, in the same order. */
  readonly starts: readonly PartStart[];
  /** Size of all parts at the last look, and the monotonic instant of that look. */
  readonly sizeBytes: number;
  readonly lookedMonoMs: number | null;
  readonly lookedAtMs: number | null;
  /** Monotonic instant at which the wished duration is over; known with the first part. */
  readonly deadlineMonoMs: number | null;
  /** The part being written: its start by the monotonic clock, which nobody sets. */
  readonly openPart: OpenPart | null;
  /** It has not grown for as long as it may be interrupted: the next loss ends it. */
  readonly overdue: boolean;
  readonly reason: RecordingEndReason | null;
  readonly trouble: Trouble | null;
  readonly finished: FinishedRecording | null;
}

export type LossCause =
  | 'camera_disconnected'
  | 'camera_disabled'
  | 'camera_forgotten'
  | 'capture_lost'
  | 'publisher_lost'
  | 'foreign_publisher'
  | 'media_server_lost'
  | 'recorder_stalled';

/** What a fight for the path looks like while it is not known to be one. */
const EXCHANGES: readonly string[] = ['publisher_lost', 'publisher_replaced'];

export type RecordingEvent =
  | { type: 'stream.live' }
  | { type: 'stream.lost'; cause: LossCause; atMs: number | null }
  | { type: 'stream.faulted'; trouble: Trouble }
  | { type: 'stream.blip'; cause: string; atMs: number }
  /** Somebody else was found on the path, and has been there for about this long. */
  | { type: 'stream.contested'; sinceAtMs: number }
  | { type: 'record.armed' }
  | { type: 'record.disarmed' }
  | { type: 'recording.stop'; reason: RecordingEndReason }
  | { type: 'storage.usable' }
  // raised
  | { type: 'resume.lapsed' };

export interface PartsSeen {
  readonly parts: readonly RecordedPart[];
  readonly monoMs: number;
  readonly atMs: number;
}

export type RecordingReport =
  | { type: 'reason.add'; reason: string }
  | { type: 'reason.remove'; reason: string }
  | { type: 'record.arm'; order: RecordingOrder }
  | { type: 'record.disarm'; session: string }
  | { type: 'stream.ask' }
  | { type: 'recording.started'; session: string }
  | { type: 'recording.closed'; session: string }
  | { type: 'recording.unfiled'; session: string }
  | { type: 'recording.ended'; session: string; finished: FinishedRecording | null; failed: boolean };

const no = (name: string) => () => Promise.reject(new Error(`${name}: no adapter provided`));

const END_OF_LOSS: Record<LossCause, RecordingEndReason> = {
  camera_disconnected: 'camera_disconnected',
  camera_disabled: 'camera_disabled',
  camera_forgotten: 'camera_forgotten',
  capture_lost: 'stream_failed',
  publisher_lost: 'stream_failed',
  foreign_publisher: 'stream_failed',
  media_server_lost: 'media_server_lost',
  recorder_stalled: 'media_server_lost',
};

const GONE: Partial<Record<LossCause, Trouble>> = {
  camera_disconnected: {
    code: 'device-gone',
    reason: 'camera_disconnected',
    message: 'The camera was unplugged.',
  },
  camera_disabled: {
    code: 'wrong-state',
    reason: 'camera_disabled',
    message: 'The camera was switched off.',
  },
  camera_forgotten: {
    code: 'not-found',
    reason: 'camera_forgotten',
    message: 'The camera was forgotten.',
  },
};

/** What to tell those who wait for a picture of a camera that is gone; null where the picture may come back soon. */
export function goneTrouble(cause: LossCause): Trouble | null {
  return GONE[cause] ?? null;
}

/** What a session's wish has to say now. */
export function wishOf(context: RecordingContext): RecordingWish {
  return {
    order: context.order,
    gaps: context.interruptions.map(({ cause, atMs }) => ({ cause, fromAtMs: atMs, toAtMs: atMs })),
    adoptions: context.adoptions,
    ending: context.reason,
    deadlineMonoMs: context.deadlineMonoMs,
    openPart: context.openPart,
  };
}

/** The gaps of a session, from its files and the interruptions noted. */
export function gapsOf(context: RecordingContext) {
  return gapsBetween(context.parts, context.interruptions, context.starts);
}

export const recordingSetup = setup({
  types: {} as {
    context: RecordingContext;
    events: RecordingEvent;
    input: RecordingInput;
    output: { finished: FinishedRecording | null };
  },
  actors: {
    saveWish: fromPromise<void, RecordingWish>(no('saveWish')),
    dropWish: fromPromise<void, string>(no('dropWish')),
    lookAtParts: fromPromise<PartsSeen, { cameraId: CameraId; session: string }>(no('lookAtParts')),
    salvageParts: fromPromise<PartsSeen, { cameraId: CameraId; session: string }>(no('salvageParts')),
    finalise: fromPromise<FinishedRecording, Omit<FinaliseRequest, 'endedAtMs'>>(no('finalise')),
  },
  actions: {
    wantStream: sendTo(parentOf, ({ context }) => ({
      type: 'reason.add',
      reason: `recording:${context.order.session}`,
    })),
    releaseStream: sendTo(parentOf, ({ context }) => ({
      type: 'reason.remove',
      reason: `recording:${context.order.session}`,
    })),
    askStream: sendTo(parentOf, { type: 'stream.ask' }),
    askToArm: sendTo(parentOf, ({ context }) => ({ type: 'record.arm', order: context.order })),
    askToDisarm: sendTo(parentOf, ({ context }) => ({
      type: 'record.disarm',
      session: context.order.session,
    })),
    reportStarted: sendTo(parentOf, ({ context }) => ({
      type: 'recording.started',
      session: context.order.session,
    })),
    reportClosed: sendTo(parentOf, ({ context }) => ({
      type: 'recording.closed',
      session: context.order.session,
    })),
    reportUnfiled: sendTo(parentOf, ({ context }) => ({
      type: 'recording.unfiled',
      session: context.order.session,
    })),
    reportEnded: sendTo(parentOf, ({ context }, params: { failed: boolean }) => ({
      type: 'recording.ended',
      session: context.order.session,
      finished: context.finished,
      failed: params.failed,
    })),
    storeParts: assign(({ context }, params: PartsSeen) => {
      const { lookedMonoMs, order } = context;
      const starts = startsOf(params, context.starts, lookedMonoMs);
      const seen = { ...params, parts: inOrder(params.parts, starts) };
      return {
        starts,
        parts: seen.parts,
        sizeBytes: recordedBytes(seen.parts),
        lookedMonoMs: seen.monoMs,
        lookedAtMs: seen.atMs,
        deadlineMonoMs: context.deadlineMonoMs ?? deadlineOf(seen, order.durationMs, lookedMonoMs),
        openPart: openPartOf(seen, context.openPart, lookedMonoMs),
      };
    }),
    /** Runs whenever nothing is recorded, however often the stream comes and goes meanwhile. */
    startResumeTimer: raise(
      { type: 'resume.lapsed' },
      { id: 'resumeTimer', delay: ({ context }: { context: RecordingContext }) => context.limits.resumeMs },
    ),
    cancelResumeTimer: enqueueActions(({ enqueue }) => {
      enqueue.cancel('resumeTimer');
      enqueue.assign({ overdue: false });
    }),
    noteOverdue: assign({ overdue: true }),
    noteInterruption: assign({
      interruptions: ({ context }, params: { cause: string; atMs: number | null }) => [
        ...context.interruptions,
        // Without a stamp of its own it happened after the last look at the files.
        { cause: params.cause, atMs: params.atMs ?? context.lookedAtMs ?? context.order.orderedAtMs },
      ],
    }),
    /** Before anybody was found, the cuts were only known as exchanges. */
    blameRivals: assign({
      interruptions: ({ context }, params: { sinceAtMs: number }) =>
        context.interruptions.map((one) =>
          one.atMs >= params.sinceAtMs && EXCHANGES.includes(one.cause)
            ? { ...one, cause: 'foreign_publisher' }
            : one,
        ),
    }),
    storeReason: assign({
      reason: ({ context }, params: { reason: RecordingEndReason }) => context.reason ?? params.reason,
    }),
    storeLossReason: assign({
      reason: ({ context }) =>
        context.reason ??
        END_OF_LOSS[(context.interruptions.at(-1)?.cause ?? 'capture_lost') as LossCause] ??
        'stream_failed',
    }),
    storeGoneTrouble: assign({ trouble: (_, params: { cause: LossCause }) => goneTrouble(params.cause) }),
    storeNoFileReason: assign({
      reason: ({ context }): RecordingEndReason =>
        context.reason ?? (context.parts.length === 0 ? 'not_ready_in_time' : 'media_server_lost'),
    }),
    storeTrouble: assign({ trouble: (_, params: { error: unknown }) => troubleOf(params.error) }),
    storeFinished: assign({ finished: (_, params: { finished: FinishedRecording }) => params.finished }),
  },
  guards: {
    isRestored: ({ context }) => context.adoptions > 0,
    overdue: ({ context }) => context.overdue,
    endingAlready: ({ context }) => context.reason !== null,
    firstFile: ({ context }, params: PartsSeen) => context.sizeBytes === 0 && recordedBytes(params.parts) > 0,
    hasDuration: ({ context }) => context.deadlineMonoMs !== null,
    grew: ({ context }, params: PartsSeen) => recordedBytes(params.parts) > context.sizeBytes,
    newestGrew: ({ context }, params: PartsSeen) =>
      newestGrew(inOrder(params.parts, context.starts), context.parts, context.starts),
    // The recorder may make its last file only when it is told to stop: closed counts once nothing changed since the last look.
    allClosed: ({ context }, params: PartsSeen) =>
      params.parts.length > 0 &&
      params.parts.every((part) => part.durationMs !== null) &&
      recordedBytes(params.parts) === context.sizeBytes,
    newestClosed: ({ context }, params: PartsSeen) =>
      inOrder(params.parts, context.starts).at(-1)?.durationMs != null &&
      recordedBytes(params.parts) === context.sizeBytes,
    nothingRecorded: (_, params: { finished: FinishedRecording }) => params.finished.parts.length === 0,
    durationOver: ({ context }) =>
      context.deadlineMonoMs !== null &&
      context.lookedMonoMs !== null &&
      context.lookedMonoMs >= context.deadlineMonoMs,
    /** Lost is the media server, not the picture: its recorder may go on. */
    outOfSight: ({ context }) => context.interruptions.at(-1)?.cause === 'media_server_lost',
    cameraGone: (_, params: { cause: LossCause }) => goneTrouble(params.cause) !== null,
    goneBeforeStart: ({ context }, params: { cause: LossCause }) =>
      context.adoptions === 0 && goneTrouble(params.cause) !== null,
    operatorsWill: (_, params: { cause: LossCause }) =>
      params.cause === 'camera_disabled' || params.cause === 'camera_forgotten',
  },
  delays: {
    readyTimeout: ({ context }) => context.limits.readyTimeoutMs,
    heartbeat: ({ context }) => context.limits.heartbeatMs,
    heartbeatLimit: ({ context }) => context.limits.heartbeatLimitMs,
    closeTimeout: ({ context }) => context.limits.closeTimeoutMs,
    closeCheck: ({ context }) => context.limits.closeCheckMs,
    fileRetry: ({ context }) => context.limits.fileRetryMs,
    // Without a wished duration the timer is set further away than any process lives.
    durationLeft: ({ context }) =>
      context.deadlineMonoMs === null || context.lookedMonoMs === null
        ? NEVER_MS
        : Math.max(0, context.deadlineMonoMs - context.lookedMonoMs),
  },
});
