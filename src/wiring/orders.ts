/**
 * Orders to a camera's actors: one event is sent, and the answer is a state. What is allowed is what a state accepts;
 * the refusals before it only say why in words.
 */
import { randomBytes } from 'node:crypto';
import type { SnapshotFrom } from 'xstate';
import type {
  RecordingView,
  ServiceView,
  SnapshotOrder,
  SnapshotResult,
  StartRecordingOrder,
  StreamView,
} from '../api/door.ts';
import type { Config } from '../config/schema.ts';
import { CameraError, errorOf, type Trouble } from '../machines/errors.ts';
import type { Clock } from '../machines/ports.ts';
import { recordingChild, snapshotChild } from '../machines/stream-setup.ts';
import type { CameraId } from '../machines/values.ts';
import type { Actors } from './actors.ts';
import { refuseRecording, refuseSnapshot, refuseStream, requirePresent } from './allowed.ts';
import { answerOf } from './answer.ts';
import { recordingOf } from './camera-view.ts';
import { sessionName } from './session-name.ts';
import { limitsOfSnapshot, type SnapshotRef, snapshotResult } from './snapshot-order.ts';
import { type RecordingRef, recordingView, recordingWord, type StreamRef } from './stream-view.ts';

export interface OrderDesk {
  readonly actors: Actors;
  readonly config: Config;
  readonly clock: Clock;
  service(): ServiceView;
}

/** Resolves when the recorder is armed. @throws CameraError with the reason that the stream's actor gives */
export async function startRecording(desk: OrderDesk, order: StartRecordingOrder): Promise<RecordingView> {
  const { camera, stream } = desk.actors.require(order.cameraId);
  refuseRecording(camera, desk.service());
  const orderedAtMs = desk.clock.wallMs();
  const session = sessionName(camera.device, orderedAtMs);
  const segmentDurationMs = desk.config.recording.segment_duration_ms;
  stream.send({
    type: 'recording.order',
    order: { ...order, cameraId: camera.device, session, segmentDurationMs, orderedAtMs },
  });
  const ref = childOf<RecordingRef>(stream, recordingChild(session));
  const snapshot = await answerOf(
    ref,
    (now) => now.matches('rolling') || now.matches('stopping') || now.status !== 'active',
  );
  if (snapshot.matches('rolling')) return recordingView(ref, desk.actors.journal);
  const reason = snapshot.context.reason ?? 'stream_failed';
  const message = 'The stream was not ready to be recorded in time.';
  const late: Trouble = { code: 'deadline', reason, message };
  const said = snapshot.context.trouble ?? stream.getSnapshot().context.trouble ?? late;
  const trouble = desk.actors.explained(camera.device, said);
  throw errorOf({ ...trouble, facts: { ...trouble.facts, end_reason: reason } });
}

/** Resolves when the recorder has closed its file. @throws CameraError wrong-state */
export async function stopRecording(desk: OrderDesk, cameraId: CameraId): Promise<RecordingView> {
  const { camera, stream } = desk.actors.require(cameraId);
  const ref = recordingOf(stream);
  if (ref === undefined) {
    throw new CameraError('wrong-state', `${camera.device} is not being recorded.`, {
      reason: 'not_recording',
      facts: { state: camera.state },
    });
  }
  stream.send({ type: 'recording.stop', reason: 'requested' });
  await answerOf(ref, (now) => ['STOPPED', 'FAILED'].includes(recordingWord(now)));
  return recordingView(ref, desk.actors.journal);
}

/**
 * Resolves when the stream is live. @throws CameraError with the stream's trouble, or `called_off` where the wish was
 * taken back meanwhile; no wish is left behind
 */
export async function startStreaming(
  desk: OrderDesk,
  cameraId: CameraId,
  correlationId: string,
): Promise<StreamView> {
  const { camera, stream } = desk.actors.require(cameraId);
  refuseStream(camera, desk.service());
  stream.send({ type: 'stream.start', correlationId });
  const isWished = (now: SnapshotFrom<StreamRef>) => now.context.reasons.includes('call');
  const snapshot = await answerOf(
    stream,
    (now) =>
      now.matches('live') ||
      now.matches('faulted') ||
      now.matches('unavailable') ||
      now.matches('backoff') ||
      !isWished(now),
  );
  if (snapshot.matches('live')) return desk.actors.require(cameraId).camera.stream;
  if (!isWished(snapshot))
    throw new CameraError('cancelled', `The stream of ${camera.device} was stopped before it was there.`, {
      reason: 'called_off',
    });
  stream.send({ type: 'stream.stop' });
  // Pulled out or switched off meanwhile: the same words as before the order.
  requirePresent(desk.actors.require(cameraId).camera);
  const { trouble } = snapshot.context;
  if (trouble !== null) throw errorOf(desk.actors.explained(camera.device, trouble));
  throw new CameraError('wrong-state', `${camera.device} is still being asked what it can do.`, {
    reason: 'camera_not_ready',
    facts: { state: camera.state, retry_after_ms: desk.config.camera.probe_timeout_ms },
  });
}

/** @returns whether others still need the stream. @throws CameraError wrong-state when it does not run */
export async function stopStreaming(desk: OrderDesk, cameraId: CameraId, correlationId: string) {
  const { camera, stream } = desk.actors.require(cameraId);
  if (camera.stream.reasons.length === 0) {
    throw new CameraError('wrong-state', `The stream of ${camera.device} is not running.`, {
      reason: 'not_streaming',
      facts: { state: camera.stream.state },
    });
  }
  stream.send({ type: 'stream.stop', correlationId });
  const continues = stream.getSnapshot().context.reasons.length > 0;
  return { stream: desk.actors.require(cameraId).camera.stream, continues };
}

/** Resolves when the file is there. @throws CameraError the snapshot's trouble */
export async function takeSnapshot(desk: OrderDesk, order: SnapshotOrder): Promise<SnapshotResult> {
  const { camera, stream } = desk.actors.require(order.cameraId);
  refuseSnapshot(camera, desk.service());
  const id = randomBytes(4).toString('hex');
  const wasLive = stream.getSnapshot().matches('live');
  const named = { ...order, cameraId: camera.device };
  stream.send({
    type: 'snapshot.order',
    snapshot: limitsOfSnapshot(named, id, desk.config.snapshot, desk.clock.monoMs()),
  });
  const ref = childOf<SnapshotRef>(stream, snapshotChild(id));
  const explain = (trouble: Trouble) => desk.actors.explained(camera.device, trouble);
  return snapshotResult(await answerOf(ref, (now) => now.status !== 'active'), wasLive, explain);
}

function childOf<T>(stream: StreamRef, id: string): T {
  const child = (stream.getSnapshot().children as Record<string, unknown>)[id];
  if (child === undefined) {
    throw new CameraError('wrong-state', 'The stream did not take this order now.', {
      reason: 'order_not_taken',
    });
  }
  return child as T;
}
