/**
 * Lets the telemetry see the actors: each step through the journal, each end and each wish for a picture through
 * subscriptions. Changes nothing, and never throws into an actor.
 */
import type { ActorRefFrom, AnyActorRef } from 'xstate';
import type { cameraMachine } from '../machines/camera.ts';
import type { recordingMachine } from '../machines/recording.ts';
import type { streamMachine } from '../machines/stream.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Journal, Standing } from './journal.ts';

type StreamRef = ActorRefFrom<typeof streamMachine>;

/** Whoever counts: the telemetry, and the tally of a simulation. */
export type Listener = Pick<
  Telemetry,
  'moved' | 'actorEnded' | 'streamStepped' | 'cameraChanged' | 'cameraEnded' | 'recordingEnded'
>;

/** From now on every actor of the journal is counted. */
export function observe(journal: Pick<Journal, 'onMoved'>, telemetry: Listener): void {
  journal.onMoved((standing, from) => {
    const { ref, name: actor, machine, state: story } = standing;
    telemetry.moved({ key: ref.sessionId, actor, machine, story }, from);
    if (machine === 'stream') {
      const { cameraId } = (ref as StreamRef).getSnapshot().context;
      telemetry.streamStepped(cameraId, { from: from ?? '', to: story });
      if (from === null) watchWish(ref as StreamRef, cameraId, telemetry);
    }
    if (machine === 'camera') {
      const { id } = (ref as ActorRefFrom<typeof cameraMachine>).getSnapshot().context.known;
      telemetry.cameraChanged(id, { disabled: story.startsWith('disabled') });
    }
    if (machine === 'recording') noteEnd(standing, telemetry);
    if (from === null) whenEnded(ref, () => telemetry.actorEnded(ref.sessionId));
  });
}

/** Reasons come and go without a change of state: every snapshot is looked at. */
function watchWish(ref: StreamRef, cameraId: string, telemetry: Listener): void {
  let told = '';
  const look = (snapshot: ReturnType<StreamRef['getSnapshot']>) => {
    const wanted = snapshot.context.reasons.length > 0;
    const live = snapshot.matches({ live: 'flowing' });
    const now = `${wanted} ${live}`;
    if (now === told) return;
    told = now;
    telemetry.cameraChanged(cameraId, { wanted, live });
  };
  look(ref.getSnapshot());
  const ended = () => telemetry.cameraEnded(cameraId);
  ref.subscribe({ next: look, error: ended, complete: ended });
}

function noteEnd({ ref, state }: Standing, telemetry: Listener): void {
  if (state !== 'completed' && state !== 'failed') return;
  const { order, reason } = (ref as ActorRefFrom<typeof recordingMachine>).getSnapshot().context;
  telemetry.recordingEnded(order.cameraId, state, reason ?? 'requested');
}

/**
 * An actor is complete before its last step is told: its end is told after that. An observer without `error` would make
 * a defect of one actor the end of the process.
 */
function whenEnded(ref: AnyActorRef, ended: () => void): void {
  const later = () => queueMicrotask(ended);
  ref.subscribe({ next: () => {}, error: later, complete: later });
}
