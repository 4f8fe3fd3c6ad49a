/** Somebody sets the clock of the whole machine, as NTP does after a start without a battery. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyStream, packetsOf } from '../support/frames.ts';
import type { ListedRecording, Session } from '../support/recordings.ts';
import type { RecordingStatus } from '../support/service.ts';
import { Lab } from './lab.ts';

/** Longer than both steps take on a busy machine, so that nothing else happens meanwhile. */
const WISHED_S = 45;
const HOUR_MS = 3_600_000;
const STEPS = ['+1 hour', '-1 hour'];
/** The recorder rests for 2 s, then waits for a keyframe; on a busy machine longer. */
const LONGEST_CUT_MS = 8000;
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
  for (const step of STEPS) {
    await lab.guest.must(`date -s '${step}'`);
    await expectRolling(4000);
  }
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
  expect(second).toMatchObject({ outcome: 'completed', reason: 'duration_reached' });
  expect(first).toMatchObject({ outcome: 'completed', reason: 'requested' });
  for (const recording of [first, second]) await expectCutAtSteps(recording);
  // By no hour, nor by what a clock that is set could do to it; the emulated guest is slow to end it.
  expect(Math.abs(second.duration_ms + missingMs(second) - WISHED_S * 1000)).toBeLessThan(5000);
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

/** One file from step to step, in their order, each without a hole; the recorder rests between them for 2 s. */
async function expectCutAtSteps(recording: ListedRecording): Promise<void> {
  expect(recording.parts).toHaveLength(1 + STEPS.length);
  expect(recording.gaps.map(({ cause }) => cause)).toEqual(STEPS.map(() => 'clock_set'));
  for (const { from, to } of recording.gaps) {
    expect(Date.parse(to) - Date.parse(from), `from ${from} to ${to}`).toBeLessThan(LONGEST_CUT_MS);
  }
  const startsMs = recording.parts.map(({ start_time }) => Date.parse(start_time));
  const movedMs = startsMs.slice(1).map((startMs, index) => startMs - startsMs[index]!);
  expect(movedMs.map((ms) => Math.round(ms / HOUR_MS))).toEqual([1, -1]);
  for (const { download_url } of recording.parts) await expectWithoutHole(await lab.download(download_url));
}

function missingMs({ gaps }: ListedRecording): number {
  return gaps.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from), 0);
}

async function expectWithoutHole(file: string): Promise<void> {
  const times = (await packetsOf(file)).map(({ timeS }) => timeS);
  const holes = times.slice(1).map((timeS, index) => timeS - times[index]!);
  expect(times.length).toBeGreaterThan(10);
  expect(Math.min(...holes), 'time goes on').toBeGreaterThan(0);
  expect(Math.max(...holes), 'no hole').toBeLessThan(LONGEST_HOLE_S);
}
