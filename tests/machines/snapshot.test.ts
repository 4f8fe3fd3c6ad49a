import { describe, expect, test } from 'vitest';
import { type SaveRequest, snapshotMachine } from '../../src/machines/snapshot.ts';
import type { SavedSnapshot } from '../../src/machines/values.ts';
import { failure } from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

type Saved = SavedSnapshot & { readonly frameAgeMs: number };
const saved: Saved = { filename: 'camera0_1.jpg', sizeBytes: 12_000, takenAtMs: 1, frameAgeMs: 40 };
const request = { cameraId: 'camera0', format: 'jpg', quality: null, filename: null } as const;

async function start(maxAgeMs = 1000) {
  const savePicture = new FakeCall<Saved, SaveRequest>();
  const machine = snapshotMachine.provide({ actors: { savePicture: savePicture.logic } });
  const rig = await startMachine(machine, {
    id: 'a1',
    request,
    maxAgeMs,
    waitSettled: true,
    deadlineMs: 10_000,
    orderedMonoMs: 5000,
    wasLive: true,
  });
  const { actor } = rig;
  return { ...rig, savePicture, trouble: () => actor.getSnapshot().context.trouble };
}

const wanted = { type: 'reason.add', reason: 'snapshot:a1' };
const released = { type: 'reason.remove', reason: 'snapshot:a1' };
const ended = { type: 'snapshot.ended', id: 'a1' };

test('keeps the stream wanted until the picture is saved', async () => {
  const shot = await start();
  expect(shot.reports.events).toEqual([wanted]);
  await shot.send({ type: 'frame.seen', seenMonoMs: 4900, warming: false });
  expect(shot.state()).toBe('working.saving');
  expect(shot.savePicture.inputs).toEqual([{ request, frameSeenMonoMs: 4900 }]);
  await shot.savePicture.resolve(saved);
  expect(shot.state()).toBe('taken');
  expect(shot.actor.getSnapshot().context.saved).toEqual(saved);
  expect(shot.reports.events).toEqual([wanted, released, ended]);
});

test('takes a picture as old as it may be, and waits for a younger one otherwise', async () => {
  const shot = await start(1000);
  await shot.send({ type: 'frame.seen', seenMonoMs: 3999, warming: false });
  expect(shot.state()).toBe('working.waitingForFrame');
  await shot.send({ type: 'frame.seen', seenMonoMs: 4000, warming: false });
  expect(shot.state()).toBe('working.saving');
});

test('an age of 0 asks for the next picture', async () => {
  const shot = await start(0);
  await shot.send({ type: 'frame.seen', seenMonoMs: 4999, warming: false });
  expect(shot.state()).toBe('working.waitingForFrame');
  await shot.send({ type: 'frame.seen', seenMonoMs: 5001, warming: false });
  expect(shot.state()).toBe('working.saving');
});

test('without a picture in time it fails, exactly at the deadline', async () => {
  const shot = await start();
  await shot.advance(9999);
  expect(shot.state()).toBe('working.waitingForFrame');
  await shot.advance(1);
  expect(shot.state()).toBe('failed');
  expect(shot.trouble()).toMatchObject({ code: 'deadline', reason: 'no_frame_in_time' });
  expect(shot.reports.events).toEqual([wanted, released, ended]);
});

test('the deadline holds for a save that hangs too', async () => {
  const shot = await start();
  await shot.send({ type: 'frame.seen', seenMonoMs: 5000, warming: false });
  await shot.advance(10_000);
  expect(shot.state()).toBe('failed');
  expect(shot.savePicture.aborted).toBe(1);
});

test("a stream that does not work fails it at once with the stream's own reason", async () => {
  const shot = await start();
  const trouble = {
    code: 'device-busy',
    reason: 'device_busy',
    message: 'Held by another program.',
  } as const;
  await shot.send({ type: 'stream.faulted', trouble });
  expect(shot.state()).toBe('failed');
  expect(shot.trouble()).toEqual(trouble);
});

test('a tap that cannot be written fails it at once and says so', async () => {
  const shot = await start();
  await shot.send({ type: 'tap.unavailable' });
  expect(shot.state()).toBe('failed');
  expect(shot.trouble()?.reason).toBe('tap_unavailable');
});

test('a save that fails tells why', async () => {
  const shot = await start();
  await shot.send({ type: 'frame.seen', seenMonoMs: 5000, warming: false });
  await shot.savePicture.reject(failure('storage', 'The snapshots folder is full.'));
  expect(shot.state()).toBe('failed');
  expect(shot.trouble()?.message).toBe('The snapshots folder is full.');
});

describe('of a camera that was just opened', () => {
  const warming = (seenMonoMs: number) => ({ type: 'frame.seen', seenMonoMs, warming: true }) as const;

  test('the newest picture is saved when it is known how bright it is', async () => {
    for (const settled of [true, false]) {
      const shot = await start();
      await shot.send(warming(5000));
      await shot.send(warming(5200));
      expect(shot.state()).toBe('working.waitingForLight');
      await shot.send({ type: 'light.known', settled });
      expect(shot.savePicture.inputs).toEqual([{ request, frameSeenMonoMs: 5200 }]);
      expect(shot.actor.getSnapshot().context.settled).toBe(settled);
    }
  });

  test('half of the deadline is waited for light; then it is saved as it is, and said', async () => {
    const shot = await start();
    await shot.send(warming(5000));
    await shot.advance(4999);
    expect(shot.state()).toBe('working.waitingForLight');
    await shot.advance(1);
    expect(shot.state()).toBe('working.saving');
    expect(shot.actor.getSnapshot().context.settled).toBe(false);
  });
});
