/** Somebody sets the clock of the whole machine, as NTP does after a start without a battery. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyStream, packetsOf } from '../support/frames.ts';
import type { ListedRecording, Session } from '../support/recordings.ts';
import type { RecordingStatus } from '../support/service.ts';
import { Lab } from './lab.ts';

/** Longer than both steps take on a busy machine, so that nothing else happens meanwhile. */
const WISHED_S = 45;
const HOUR_MS = 3_600_000;
/** An emulated machine that is busy leaves out a few pictures; a keyframe interval is 1 s. */
const LONGEST_HOLE_S = 0.9;
const MACHINES = /^(camera|stream|recording|media-server)/;

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
  await lab.untilReady();
});
afterAll(async () => {
  // The other files share this service: what a failure left running would fail them, too.
  for (const device of ['camera0', 'camera1'])
    await lab?.call('stop_recording', { device }).catch(() => undefined);
  lab?.close();
});

test('set by an hour in both directions under a recording and a viewer, no state moves and no length is wrong', async () => {
  for (const device of ['camera0', 'camera1']) await lab.stream(device);
  const open = await lab.call<Session>('start_recording', { device: 'camera0' });
  await lab.untilRecording('camera0', 'is 2 s long', ({ duration_ms }) => Number(duration_ms) >= 2000);
  const wished = await lab.call<Session>('start_recording', { device: 'camera1', duration: WISHED_S });
  const begun = await lab.untilRecording(
    'camera1',
    'is 2 s long',
    ({ duration_ms }) => Number(duration_ms) >= 2000,
  );
  const begunMs = performance.now() - Number(begun.duration_ms);
  const copy = lab.file('viewer.mp4');
  const viewer = copyStream(lab.rtspUrl('camera0'), copy, WISHED_S);
  await lab.until('the viewer is counted', async () => {
    const { mediamtx_path } = await lab.call<{ mediamtx_path: { readers: number } }>('get_stream_status', {
      device: 'camera0',
    });
    return mediamtx_path.readers > 0;
  });

  const before = await lab.states();
  const steps = lab.story().length;
  await lab.guest.must("date -s '+1 hour'");
  await expectRolling(4000);
  await lab.guest.must("date -s '-1 hour'");
  await expectRolling(4000);
  expect(await lab.states()).toEqual(before);
  const moved = lab
    .story()
    .slice(steps)
    .filter(({ actor }) => MACHINES.test(actor));
  expect(moved.map(({ msg }) => msg)).toEqual([]);

  await viewer;
  await expectWithoutHole(copy);
  const ended = await lab.untilRecording('camera1', 'has ended', ({ status }) => status === 'STOPPED');
  expect(ended).toBeDefined();
  expect(performance.now() - begunMs, 'not before its time').toBeGreaterThan(WISHED_S * 1000 - 1000);
  await lab.call('stop_recording', { device: 'camera0' });
  const [first, second] = [await lab.untilListed(open.session_id), await lab.untilListed(wished.session_id)];
  expect(second).toMatchObject({ reason: 'duration_reached', gaps: [] });
  expect(Math.abs(second.duration_ms - WISHED_S * 1000)).toBeLessThan(1000);
  expect(first).toMatchObject({ outcome: 'completed', reason: 'requested', gaps: [] });
  for (const recording of [first, second]) await expectOneWholeFile(recording);
});

/** Longer by this much, and by no hour. */
async function expectRolling(byMs: number): Promise<void> {
  const durationMs = async () =>
    Number((await lab.call<RecordingStatus>('get_recording_status', { device: 'camera0' })).duration_ms);
  const from = await durationMs();
  await lab.until(`the recording is longer by ${byMs} ms`, async () => (await durationMs()) >= from + byMs);
  expect((await durationMs()) - from).toBeLessThan(HOUR_MS / 10);
  const { ffmpeg_process } = await lab.call<{ ffmpeg_process: { uptime: number } }>('get_stream_status', {
    device: 'camera0',
  });
  expect(ffmpeg_process.uptime * 1000).toBeLessThan(HOUR_MS);
}

async function expectOneWholeFile(recording: ListedRecording): Promise<void> {
  expect(recording.parts).toHaveLength(1);
  await expectWithoutHole(await lab.download(recording.download_url));
}

async function expectWithoutHole(file: string): Promise<void> {
  const times = (await packetsOf(file)).map(({ timeS }) => timeS);
  const holes = times.slice(1).map((timeS, index) => timeS - times[index]!);
  expect(times.length).toBeGreaterThan(10);
  expect(Math.min(...holes), 'time goes on').toBeGreaterThan(0);
  expect(Math.max(...holes), 'no hole').toBeLessThan(LONGEST_HOLE_S);
}
