/** A recording that runs through a fault: begun before it, judged after it by its capture, its files and its gaps. */
import { expect } from 'vitest';
import { type ListedRecording, type PlayedRecording, play, type Session, untilListed } from './recordings.ts';
import type { TestService } from './service.ts';
import { until } from './until.ts';

export interface Rolling {
  readonly session: string;
  /** Of the capture that it began with. */
  readonly pid: number;
  /** Live with the same capture and nothing beside it, and recording. */
  untilBack(timeoutMs?: number): Promise<void>;
  /** The newest picture, whatever goes on: from the tap, and young. */
  snapshot(): Promise<void>;
  stop(): Promise<ListedRecording & PlayedRecording>;
}

/** Starts a recording and waits until there is something of it on disk. */
export async function rolling(service: TestService, device = 'camera0'): Promise<Rolling> {
  const { session_id: session } = await service.call<Session>('start_recording', { device });
  await until(
    async () => {
      const now = await service.call<Session>('get_recording_status', { device });
      return now.status === 'RECORDING' && now.duration_ms >= 1200;
    },
    { timeoutMs: 30_000, what: `a recording of ${device} under way`, intervalMs: 50 },
  );
  const { pid } = (await service.untilStream(device, 'live.flowing')).ffmpeg_process;
  if (pid === null) throw new Error(`${device} is live without a capture`);
  return {
    session,
    pid,
    untilBack: async (timeoutMs = 40_000) => {
      const live = await service.untilStream(device, 'live.flowing', timeoutMs);
      expect(live.ffmpeg_process).toMatchObject({ running: true, pid });
      const captures = service.processes('capture').filter(({ owner }) => owner === device);
      expect(captures, 'one capture, the same').toEqual([{ pid, owner: device }]);
      await service.untilRecording(device, 'RECORDING', timeoutMs);
    },
    snapshot: async () => {
      const taken = await service.call<{ tier: string; frame_age_ms: number }>('take_snapshot', { device });
      expect(taken).toMatchObject({ tier: 'tap' });
      expect(taken.frame_age_ms, 'the picture is of now').toBeLessThan(5000);
    },
    stop: async () => {
      await service.call('stop_recording', { device });
      const listed = await untilListed(service, session);
      expect(listed).toMatchObject({ reason: 'requested', outcome: 'completed' });
      return { ...listed, ...(await play(service.recordingsFolder, listed)) };
    },
  };
}
