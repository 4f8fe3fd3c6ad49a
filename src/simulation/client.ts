/** Who uses the simulated service: somebody who wants every picture all the time, and records whenever there is one. */
import type { ActorRefFrom } from 'xstate';
import type { streamMachine } from '../machines/stream.ts';
import type { SimulatedTime } from './clock.ts';
import type { Steps } from './steps.ts';

type StreamRef = ActorRefFrom<typeof streamMachine>;

const ORDER_INTERVAL_MS = 5000;
const SEGMENT_MS = 3_600_000;

/** @param roomLeft whether recordings are taken now */
export function useEveryCamera(steps: Steps, time: SimulatedTime, roomLeft: () => boolean): void {
  const streams = new Map<string, StreamRef>();
  let sessions = 0;
  steps.onMoved(({ machine, ref }, from) => {
    if (machine !== 'stream' || from !== null) return;
    const stream = ref as StreamRef;
    streams.set(stream.getSnapshot().context.cameraId, stream);
    // After its first step, not within it.
    queueMicrotask(() => stream.send({ type: 'reason.add', reason: 'simulated viewer' }));
  });
  time.every(ORDER_INTERVAL_MS, () => {
    for (const [cameraId, stream] of streams) {
      const snapshot = stream.getSnapshot();
      if (!snapshot.matches({ live: 'flowing' }) || snapshot.context.session !== null || !roomLeft())
        continue;
      sessions += 1;
      const order = {
        session: `${cameraId}_${sessions}`,
        cameraId,
        format: 'fmp4' as const,
        durationMs: null,
        segmentDurationMs: SEGMENT_MS,
        orderedAtMs: time.wallMs(),
        correlationId: null,
      };
      stream.send({ type: 'recording.order', order });
    }
  });
}
