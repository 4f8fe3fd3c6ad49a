/** A camera's snapshot as the plain view that the front desk reads. */
import type { ActorRefFrom } from 'xstate';
import type { CameraView, CameraWord, StreamView } from '../api/door.ts';
import type { cameraMachine } from '../machines/camera.ts';
import { ladderOf } from '../machines/camera-setup.ts';
import { storyPath } from '../machines/state-path.ts';
import { recordingChild } from '../machines/stream-setup.ts';
import { controlsView } from './control-orders.ts';
import type { Journal } from './journal.ts';
import { planView } from './plan-view.ts';
import {
  type RecordingRef,
  recordingView,
  type StreamInstants,
  type StreamRef,
  streamView,
} from './stream-view.ts';

export type CameraRef = ActorRefFrom<typeof cameraMachine>;

/** The stream among a camera's children; it lives as long as the camera. */
export function streamOf(camera: CameraRef): StreamRef | undefined {
  return camera.getSnapshot().children.stream as StreamRef | undefined;
}

/** The running session among a stream's children. */
export function recordingOf(stream: StreamRef): RecordingRef | undefined {
  const snapshot = stream.getSnapshot();
  const { session } = snapshot.context;
  const children = snapshot.children as Record<string, unknown>;
  return session === null ? undefined : (children[recordingChild(session)] as RecordingRef | undefined);
}

export function cameraView(
  ref: CameraRef,
  journal: Journal,
  instants: StreamInstants,
  demand: StreamView['demand'],
): CameraView | undefined {
  const snapshot = ref.getSnapshot();
  const stream = streamOf(ref);
  if (stream === undefined) return undefined;
  const { context } = snapshot;
  const present =
    !snapshot.matches('disconnected') && !snapshot.matches('expected') && context.device !== null;
  const { context: streaming } = stream.getSnapshot();
  const ladder = present ? (streaming.ladder ?? ladderOf(context)) : null;
  const plan = present ? (streaming.plan ?? ladder?.rungs[0]?.plan ?? null) : null;
  const recording = recordingOf(stream);
  return {
    device: context.known.id,
    state: storyPath(snapshot.value),
    sinceAtMs: journal.sinceAtMs(ref),
    status: cameraWord(ref),
    name: context.known.name,
    widthPx: plan?.widthPx ?? null,
    heightPx: plan?.heightPx ?? null,
    rateFps: plan?.rateFps ?? null,
    capabilities: present ? (context.probe?.capabilities ?? null) : null,
    plan: ladder === null ? null : planView(ladder, { ...streaming, plan }, context.limits.wish.strict),
    capabilityState: capabilityState(ref),
    devicePaths: context.device?.nodes.map((node) => node.devicePath) ?? [],
    identity: { matchedBy: context.known.identity.matchedBy, ambiguous: context.known.identity.ambiguous },
    lastSeenAtMs: context.device === null ? context.known.lastSeenAtMs : null,
    trouble: context.trouble,
    controls: controlsView(ref),
    stream: streamView(stream, journal, instants, demand),
    recording: recording === undefined ? null : recordingView(recording, journal),
  };
}

function capabilityState(ref: CameraRef): CameraView['capabilityState'] {
  const snapshot = ref.getSnapshot();
  if (!snapshot.matches('ready')) return 'none';
  if (snapshot.matches({ ready: 'confirmed' })) return 'confirmed';
  return snapshot.matches({ ready: 'unsteady' }) ? 'unsteady' : 'provisional';
}

/** A camera that is there and works, or is being asked, is CONNECTED; one that is there and does not work is in ERROR. */
function cameraWord(ref: CameraRef): CameraWord {
  const snapshot = ref.getSnapshot();
  if (snapshot.context.device === null || snapshot.matches('disconnected')) return 'DISCONNECTED';
  if (snapshot.matches('disabled')) return 'DISCONNECTED';
  if (snapshot.matches('faulted') || snapshot.matches('probeBackoff')) return 'ERROR';
  if (streamOf(ref)?.getSnapshot().matches('faulted')) return 'ERROR';
  return 'CONNECTED';
}
