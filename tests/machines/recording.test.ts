import { describe, expect, test } from 'vitest';
import type { FinaliseRequest } from '../../src/machines/ports.ts';
import { recordingMachine } from '../../src/machines/recording.ts';
import {
  gapsOf,
  type LossCause,
  type PartsSeen,
  type RecordingInput,
  wishOf,
} from '../../src/machines/recording-setup.ts';
import type {
  FinishedRecording,
  RecordedPart,
  RecordingEndReason,
  RecordingWish,
} from '../../src/machines/values.ts';
import { failure, order, part, recordingLimits, WALL_ZERO_MS } from '../support/machine-fixtures.ts';
import { FakeCall, startMachine } from '../support/machines.ts';

type Ask = { cameraId: string; session: string };
const session = order().session;

/** A session whose files the test writes; the stream and the recorder answer by hand. */
async function start(fields: Partial<RecordingInput> = {}, slow: 'saveWish' | 'lookAtParts' | null = null) {
  const disk = { parts: [] as RecordedPart[], growing: false };
  const holder = { nowMs: () => 0, clockSetMs: 0 };
  const seen = (): PartsSeen => {
    // A growing file is longer at every look.
    if (disk.growing)
      disk.parts = disk.parts.map((one) =>
        one.durationMs === null ? { ...one, sizeBytes: one.sizeBytes + 100 } : one,
      );
    const atMs = WALL_ZERO_MS + holder.nowMs() + holder.clockSetMs;
    return { parts: disk.parts, monoMs: holder.nowMs(), atMs };
  };
  const saveWish = new FakeCall<void, RecordingWish>(() => undefined);
  const dropWish = new FakeCall<void, string>(() => undefined);
  const lookAtParts = new FakeCall<PartsSeen, Ask>(seen);
  const salvageParts = new FakeCall<PartsSeen, Ask>(() => {
    disk.parts = disk.parts.map((one) => ({ ...one, durationMs: one.durationMs ?? 1234 }));
    disk.growing = false;
    return seen();
  });
  const finalise = new FakeCall<FinishedRecording, Omit<FinaliseRequest, 'endedAtMs'>>((request) => ({
    ...request,
    parts: disk.parts,
    startedAtMs: disk.parts[0]?.startedAtMs ?? null,
    endedAtMs: WALL_ZERO_MS + holder.nowMs(),
    durationMs: 0,
    sizeBytes: 0,
    overrunMs: 0,
    warning: null,
  }));
  if (slow === 'saveWish') saveWish.answers = null;
  if (slow === 'lookAtParts') lookAtParts.answers = null;
  const machine = recordingMachine.provide({
    actors: {
      saveWish: saveWish.logic,
      dropWish: dropWish.logic,
      lookAtParts: lookAtParts.logic,
      salvageParts: salvageParts.logic,
      finalise: finalise.logic,
    },
  });
  const rig = await startMachine(machine, {
    order: order(),
    limits: recordingLimits,
    restored: null,
    ...fields,
  });
  holder.nowMs = () => rig.clock.now();
  const { actor } = rig;
  return {
    ...rig,
    disk,
    saveWish,
    dropWish,
    lookAtParts,
    salvageParts,
    finalise,
    context: () => actor.getSnapshot().context,
    done: () => actor.getSnapshot().status === 'done',
    /** From now on files answer by themselves. */
    looksWork: () => {
      lookAtParts.answers = seen;
    },
    lose: (cause: LossCause, atMs: number | null = WALL_ZERO_MS + rig.clock.now()) =>
      rig.send({ type: 'stream.lost', cause, atMs }),
    stop: (reason: RecordingEndReason = 'requested') => rig.send({ type: 'recording.stop', reason }),
    /** Somebody sets the wall clock. */
    setClock: (byMs: number) => {
      holder.clockSetMs += byMs;
    },
    /** The recorder makes (another) file. */
    open: () => {
      disk.growing = true;
      disk.parts = [
        ...disk.parts,
        part({
          file: `part-${disk.parts.length + 1}.mp4`,
          startedAtMs: WALL_ZERO_MS + rig.clock.now() + holder.clockSetMs,
        }),
      ];
    },
    /** The recorder closes its file; `newest`: an earlier one was torn, by the end of the server that wrote it. */
    close: (which: 'all' | 'newest' = 'all') => {
      disk.growing = false;
      const nowMs = WALL_ZERO_MS + rig.clock.now();
      disk.parts = disk.parts.map((one) => ({
        ...one,
        durationMs:
          one.durationMs ?? (which === 'all' || one === disk.parts.at(-1) ? nowMs - one.startedAtMs : null),
      }));
    },
  };
}

async function armed(fields: Partial<RecordingInput> = {}) {
  const rig = await start(fields);
  await rig.send({ type: 'stream.live' });
  await rig.send({ type: 'record.armed' });
  expect(rig.state()).toBe('rolling.awaitingFile.waiting');
  return rig;
}

async function growing(fields: Partial<RecordingInput> = {}) {
  const rig = await armed(fields);
  rig.open();
  await rig.advance(40);
  expect(rig.state()).toBe('rolling.growing');
  return rig;
}

/** Closes the file and answers the disarming, so that the end can come. */
async function finish(rig: Awaited<ReturnType<typeof start>>) {
  expect(rig.state()).toBe('stopping.disarming');
  rig.close();
  await rig.send({ type: 'record.disarmed' });
  await rig.advance(100);
}

const wish = (fields: Partial<RecordingWish> = {}): RecordingWish => ({
  order: order(),
  gaps: [],
  adoptions: 0,
  ending: null,
  deadlineMonoMs: null,
  openPart: null,
  ...fields,
});

describe('the beginning', () => {
  test('the wish is on disk before anything is asked of anybody', async () => {
    const rig = await start();
    expect(rig.saveWish.inputs).toEqual([wish()]);
    expect(rig.reports.types()).toEqual(['reason.add', 'stream.ask']);
    expect(rig.state()).toBe('waitingForStream');
  });

  test('a wish that cannot be saved fails it at once with storage_missing', async () => {
    const rig = await pledging();
    await rig.saveWish.reject(failure('storage', 'Full.'));
    expect(rig.state()).toBe('failed');
    expect(rig.context()).toMatchObject({ reason: 'storage_missing', trouble: { message: 'Full.' } });
  });

  test('is armed when the stream is live, and starts when its file has bytes', async () => {
    const rig = await start();
    await rig.send({ type: 'stream.live' });
    expect(rig.state()).toBe('arming');
    expect(rig.reports.events.at(-1)).toEqual({ type: 'record.arm', order: order() });
    await rig.send({ type: 'record.armed' });
    await rig.advance(400);
    expect(rig.state()).toMatch(/^rolling.awaitingFile/);
    expect(rig.reports.types()).not.toContain('recording.started');
    rig.open();
    await rig.advance(40);
    expect(rig.state()).toBe('rolling.growing');
    expect(rig.reports.events.at(-1)).toEqual({ type: 'recording.started', session });
  });

  test('an empty file is no start', async () => {
    const rig = await armed();
    rig.disk.parts = [part({ sizeBytes: 0 })];
    await rig.advance(200);
    expect(rig.state()).toMatch(/^rolling.awaitingFile/);
  });

  test('a stream that is not ready in time ends it, exactly at the deadline', async () => {
    const rig = await start();
    await rig.advance(14_999);
    expect(rig.state()).toBe('waitingForStream');
    await rig.advance(1);
    expect(rig.done()).toBe(true);
    expect(rig.state()).toBe('failed');
    expect(rig.context().reason).toBe('not_ready_in_time');
    expect(rig.reports.events.slice(-3)).toMatchObject([
      { type: 'reason.remove', reason: `recording:${session}` },
      { type: 'record.disarm' },
      { type: 'recording.ended', failed: true, finished: null },
    ]);
    expect(rig.dropWish.inputs).toEqual([session]);
  });

  test("a stream that does not work ends it at once with the stream's own trouble", async () => {
    const rig = await start();
    const trouble = { code: 'device-busy', reason: 'device_busy', message: 'Held.' } as const;
    await rig.send({ type: 'stream.faulted', trouble });
    expect(rig.state()).toBe('failed');
    expect(rig.context()).toMatchObject({ reason: 'stream_failed', trouble });
  });

  test.each<LossCause>(['capture_lost', 'media_server_lost'])(
    '%s before the start is waited for',
    async (cause) => {
      const rig = await start();
      await rig.lose(cause);
      expect(rig.state()).toBe('waitingForStream');
    },
  );

  test('a camera that is pulled out before the start ends it at once, and says so', async () => {
    const rig = await start();
    await rig.lose('camera_disconnected');
    expect(rig.state()).toBe('failed');
    expect(rig.context()).toMatchObject({ reason: 'camera_disconnected', trouble: { code: 'device-gone' } });
  });

  test('a server that does not answer the arming ends it with not_ready_in_time', async () => {
    const rig = await start();
    await rig.send({ type: 'stream.live' });
    await rig.advance(15_000);
    expect(rig.state()).toBe('stopping.disarming');
    expect(rig.context().reason).toBe('not_ready_in_time');
    await rig.advance(2000 + 2000 + 100);
    expect(rig.state()).toBe('failed');
  });

  test('a recorder that makes no file ends it with not_ready_in_time', async () => {
    const rig = await armed();
    await rig.advance(15_000);
    expect(rig.context().reason).toBe('not_ready_in_time');
  });

  test('files that cannot be read meanwhile are looked at again', async () => {
    const rig = await armed();
    const works = rig.lookAtParts.answers;
    rig.lookAtParts.answers = () => {
      throw failure('storage', 'EIO');
    };
    await rig.advance(200);
    expect(rig.context().trouble?.message).toBe('EIO');
    rig.lookAtParts.answers = works;
    rig.open();
    await rig.advance(40);
    expect(rig.state()).toBe('rolling.growing');
  });
});

describe('rolling', () => {
  test('the heartbeat is the file: looked at every second, for as long as it grows', async () => {
    const rig = await growing();
    const { calls } = rig.lookAtParts;
    await rig.advance(10_000);
    expect(rig.lookAtParts.calls - calls).toBe(10);
    await rig.advance(600_000);
    expect(rig.state()).toBe('rolling.growing');
  });

  test('a file that stands still for 5 s is an interruption', async () => {
    const rig = await growing();
    await rig.advance(3000);
    rig.disk.growing = false;
    await rig.advance(4999);
    expect(rig.state()).toBe('rolling.growing');
    await rig.advance(1);
    expect(rig.state()).toMatch(/^interrupted/);
    expect(rig.context().interruptions).toMatchObject([{ cause: 'recorder_stalled' }]);
    expect(rig.reports.types().at(-1)).toBe('stream.ask');
  });

  test('a file that cannot be read for 5 s is an interruption too', async () => {
    const rig = await growing();
    rig.lookAtParts.answers = () => {
      throw failure('storage');
    };
    await rig.advance(5000);
    expect(rig.state()).toMatch(/^interrupted/);
  });

  test("ends exactly when the wished duration is over, counted from the first part's start", async () => {
    const rig = await armed({ order: order({ durationMs: 10_000 }) });
    await rig.advance(1000);
    rig.open();
    const startedMs = rig.clock.now();
    while (rig.state() !== 'rolling.growing') await rig.advance(10);
    await rig.advance(startedMs + 9999 - rig.clock.now());
    expect(rig.state()).toBe('rolling.growing');
    await rig.advance(1);
    expect(rig.state()).toBe('stopping.disarming');
    expect(rig.context().reason).toBe('duration_reached');
    await finish(rig);
    expect(rig.state()).toBe('completed');
    expect(rig.finalise.inputs[0]).toMatchObject({
      durationMs: 10_000,
      outcome: 'completed',
      reason: 'duration_reached',
    });
  });

  test.each([1, -1])(
    'a wall clock set by %i h while its first file is made changes no wished duration',
    async (hours) => {
      const rig = await armed({ order: order({ durationMs: 10_000 }) });
      await rig.advance(1000);
      rig.open();
      const startedMs = rig.clock.now();
      rig.setClock(hours * 3_600_000);
      while (rig.state() !== 'rolling.growing') await rig.advance(10);
      await rig.advance(startedMs + 9900 - rig.clock.now());
      expect(rig.state()).toBe('rolling.growing');
      await rig.advance(200);
      expect(rig.context().reason).toBe('duration_reached');
    },
  );

  test.each([1, -1])(
    'a wall clock set by %i h has the recorder begin a new file: it rolls on, with a gap as long as it was',
    async (hours) => {
      const rig = await growing();
      await rig.advance(5000);
      rig.close();
      rig.setClock(hours * 3_600_000);
      await rig.advance(3000);
      rig.open();
      // As the folder lists them: by their names.
      if (hours < 0) rig.disk.parts.reverse();
      const [kept] = rig.context().parts;
      await rig.advance(5000);
      expect(rig.state()).toBe('rolling.growing');
      expect(rig.context().parts.map(({ file }) => file)).toEqual([kept?.file, 'part-2.mp4']);
      const [gap, ...others] = gapsOf(rig.context());
      expect(others).toEqual([]);
      expect(gap?.cause).toBe('clock_set');
      expect(gap!.toAtMs - gap!.fromAtMs).toBeGreaterThan(2000);
      expect(gap!.toAtMs - gap!.fromAtMs).toBeLessThan(4500);
    },
  );

  test('without a wished duration no timer ends it', async () => {
    const rig = await growing();
    await rig.advance(600_000);
    expect(rig.state()).toBe('rolling.growing');
  });

  test('an interruption between two looks is noted and told as a gap', async () => {
    const rig = await growing();
    await rig.advance(2000);
    await rig.send({
      type: 'stream.blip',
      cause: 'publisher_replaced',
      atMs: WALL_ZERO_MS + rig.clock.now(),
    });
    rig.close();
    await rig.advance(300);
    rig.open();
    await rig.advance(2000);
    expect(rig.state()).toBe('rolling.growing');
    expect(gapsOf(rig.context())).toMatchObject([{ cause: 'publisher_replaced' }]);
  });

  test('when somebody else is found, exchanges since then are theirs, older ones and other losses are not', async () => {
    const rig = await growing();
    const nowAtMs = () => WALL_ZERO_MS + rig.clock.now();
    await rig.send({ type: 'stream.blip', cause: 'publisher_replaced', atMs: nowAtMs() });
    await rig.advance(60_000);
    const sinceAtMs = nowAtMs();
    await rig.send({ type: 'stream.blip', cause: 'publisher_replaced', atMs: nowAtMs() });
    await rig.send({ type: 'stream.lost', cause: 'media_server_lost', atMs: nowAtMs() });
    await rig.send({ type: 'stream.contested', sinceAtMs });
    expect(rig.context().interruptions.map(({ cause }) => cause)).toEqual([
      'publisher_replaced',
      'foreign_publisher',
      'media_server_lost',
    ]);
  });
});

describe('every end has its reason', () => {
  test.each<RecordingEndReason>([
    'requested',
    'storage_critical',
    'storage_missing',
    'service_stopped',
    'camera_forgotten',
  ])('%s, told by the one who knows', async (reason) => {
    const rig = await growing();
    await rig.advance(3000);
    await rig.stop(reason);
    expect(rig.saveWish.inputs.at(-1)?.ending).toBe(reason);
    await finish(rig);
    expect(rig.state()).toBe('completed');
    expect(rig.finalise.inputs[0]?.reason).toBe(reason);
    expect(rig.dropWish.inputs).toEqual([session]);
    expect(rig.reports.events.at(-1)).toMatchObject({
      type: 'recording.ended',
      failed: false,
      finished: { reason },
    });
    expect(rig.reports.types()).toContain('recording.closed');
  });

  test.each<[LossCause, RecordingEndReason]>([
    ['camera_disconnected', 'camera_disconnected'],
    ['capture_lost', 'stream_failed'],
    ['media_server_lost', 'media_server_lost'],
  ])('%s for longer than 30 s ends it with %s', async (cause, reason) => {
    const rig = await growing();
    await rig.advance(3000);
    await rig.lose(cause);
    expect(rig.state()).toMatch(/^interrupted/);
    rig.close();
    await rig.advance(29_999);
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.advance(1);
    await finish(rig);
    expect(rig.finalise.inputs[0]?.reason).toBe(reason);
    expect(rig.state()).toBe('completed');
  });

  test('a recorder that stands still for too long ends it with media_server_lost', async () => {
    const rig = await growing();
    rig.disk.growing = false;
    await rig.advance(5000 + 30_000);
    expect(rig.context().reason).toBe('media_server_lost');
  });

  test('a recorder that makes no further file ends it with media_server_lost', async () => {
    const rig = await growing();
    rig.disk.growing = false;
    await rig.advance(5000);
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    await rig.advance(15_000);
    expect(rig.context().reason).toBe('media_server_lost');
  });

  test.each<LossCause>(['camera_disabled', 'camera_forgotten'])(
    "%s is an operator's will: it ends at once, wherever it is",
    async (cause) => {
      for (const reach of [start, armed, growing]) {
        const rig = await reach();
        await rig.lose(cause);
        expect(rig.context().reason).toBe(cause);
        expect(rig.state()).toMatch(/^(stopping|failed)/);
      }
      const arming = await start();
      await arming.send({ type: 'stream.live' });
      await arming.lose(cause);
      expect(arming.context().reason).toBe(cause);
      const interrupted = await growing();
      await interrupted.lose('capture_lost');
      await interrupted.lose(cause);
      expect(interrupted.context().reason).toBe(cause);
    },
  );

  test.each<LossCause>(['camera_disabled', 'camera_forgotten'])(
    '%s while its wish is being saved ends it with that reason',
    async (cause) => {
      const rig = await pledging();
      await rig.lose(cause);
      await rig.saved();
      expect(rig.context().reason).toBe(cause);
      expect(rig.state()).toMatch(/^stopping/);
    },
  );

  test('a camera pulled out before anything was recorded ends it at once, and says so', async () => {
    const gone = { code: 'device-gone', reason: 'camera_disconnected', message: 'The camera was unplugged.' };
    const saving = await pledging();
    await saving.lose('camera_disconnected');
    await saving.saved();
    expect(saving.state()).toMatch(/^stopping/);
    expect(saving.context()).toMatchObject({ reason: 'camera_disconnected', trouble: gone });
    const waiting = await start();
    await waiting.lose('capture_lost');
    expect(waiting.state()).toBe('waitingForStream');
    await waiting.lose('camera_disconnected');
    expect(waiting.state()).toBe('failed');
    expect(waiting.context()).toMatchObject({ reason: 'camera_disconnected', trouble: gone });
  });

  test('the first reason stays, whatever comes after', async () => {
    const rig = await growing();
    await rig.stop('requested');
    await rig.stop('service_stopped');
    await rig.lose('camera_disabled');
    expect(rig.context().reason).toBe('requested');
  });

  test('a stop before the stream was live leaves nothing', async () => {
    const rig = await start();
    await rig.stop();
    expect(rig.state()).toBe('failed');
    expect(rig.context().reason).toBe('requested');
    expect(rig.finalise.calls).toBe(0);
  });

  test('a stop while its wish is being saved is obeyed after it', async () => {
    const rig = await pledging();
    await rig.stop();
    expect(rig.state()).toBe('pledging');
    await rig.saved();
    expect(rig.state()).toBe('stopping.disarming');
    await rig.send({ type: 'record.disarmed' });
    await rig.advance(2100);
    expect(rig.state()).toBe('failed');
  });

  test('a stop while it is armed asks for the end of the recorder', async () => {
    const rig = await start();
    await rig.send({ type: 'stream.live' });
    await rig.stop();
    expect(rig.state()).toBe('stopping.disarming');
    expect(rig.reports.types().at(-1)).toBe('record.disarm');
  });
});

/** Its wish is being saved and the disk takes its time. */
async function pledging(fields: Partial<RecordingInput> = {}) {
  const rig = await start(fields, 'saveWish');
  expect(rig.state()).toBe('pledging');
  const saved = async () => {
    rig.saveWish.answers = () => undefined;
    await rig.saveWish.resolve();
  };
  return { ...rig, saved };
}

describe('interrupted', () => {
  test('resumes as a further part of the same session, with the gap and its cause', async () => {
    const rig = await growing();
    await rig.advance(5000);
    rig.close();
    await rig.lose('camera_disconnected');
    await rig.advance(20_000);
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    rig.open();
    await rig.advance(100);
    expect(rig.state()).toBe('rolling.growing');
    expect(rig.reports.ofType('recording.started')).toHaveLength(1);
    await rig.stop();
    await finish(rig);
    const gaps = rig.finalise.inputs[0]?.gaps;
    expect(gaps).toMatchObject([{ cause: 'camera_disconnected' }]);
    expect(rig.disk.parts).toHaveLength(2);
  });

  test('the last bytes of the part before are no resumption', async () => {
    const rig = await growing();
    await rig.advance(1500);
    // The recorder writes out what it still had, after the loss was seen.
    await rig.lose('capture_lost');
    rig.disk.parts = rig.disk.parts.map((one) => ({ ...one, sizeBytes: one.sizeBytes + 5000 }));
    rig.close();
    await rig.advance(1000);
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    await rig.advance(1000);
    expect(rig.state()).toContain('rolling.awaitingFile');
    rig.open();
    await rig.advance(100);
    expect(rig.state()).toBe('rolling.growing');
  });

  test('what a killed media server left open is no resumption; its file that goes on is', async () => {
    const rig = await growing();
    await rig.advance(1500);
    rig.disk.parts = rig.disk.parts.map((one) => ({ ...one, sizeBytes: one.sizeBytes + 5000 }));
    rig.disk.growing = false;
    await rig.lose('media_server_lost', null);
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    await rig.advance(1000);
    expect(rig.state()).toContain('rolling.awaitingFile');
    rig.disk.growing = true;
    await rig.advance(100);
    expect(rig.state()).toBe('rolling.growing');
  });

  test('a media server that does not answer us and records on: it rolls, longer than it may be interrupted', async () => {
    const rig = await growing();
    await rig.lose('media_server_lost', null);
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.advance(2000);
    expect(rig.state()).toBe('rolling.growing');
    await rig.advance(120_000);
    expect(rig.state()).toBe('rolling.growing');
    await rig.send({ type: 'stream.live' });
    await rig.stop();
    await finish(rig);
    expect(rig.finalise.inputs[0]).toMatchObject({ reason: 'requested', gaps: [] });
  });

  test('a media server that does not answer us and makes the first file all the same: it has started', async () => {
    const rig = await armed();
    await rig.lose('media_server_lost', null);
    await rig.advance(1500);
    expect(rig.state()).toMatch(/^interrupted/);
    rig.open();
    await rig.advance(1000);
    expect(rig.state()).toBe('rolling.growing');
    expect(rig.reports.ofType('recording.started')).toHaveLength(1);
  });

  test('a file that cannot be looked at says nothing of a media server that does not answer', async () => {
    const rig = await growing();
    rig.lookAtParts.answers = () => {
      throw failure('storage');
    };
    await rig.lose('media_server_lost', null);
    await rig.advance(29_000);
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.advance(1000);
    expect(rig.context().reason).toBe('media_server_lost');
  });

  test('its gap is made safe on disk, and a full disk does not end the session', async () => {
    const rig = await growing();
    await rig.advance(2000);
    rig.saveWish.answers = () => {
      throw failure('storage', 'Full.');
    };
    await rig.lose('capture_lost');
    expect(rig.saveWish.inputs.at(-1)?.gaps).toMatchObject([{ cause: 'capture_lost' }]);
    expect(rig.state()).toMatch(/^interrupted/);
    expect(rig.context().trouble?.message).toBe('Full.');
  });

  test('the cause behind the cause is told a moment later, and wins', async () => {
    const rig = await growing();
    await rig.advance(2000);
    await rig.lose('capture_lost');
    await rig.lose('camera_disconnected');
    await rig.advance(30_000);
    expect(rig.context().reason).toBe('camera_disconnected');
  });

  test('a loss without a stamp of its own happened after the last look', async () => {
    const rig = await growing();
    await rig.advance(2000);
    const lookedAtMs = rig.context().lookedAtMs;
    await rig.lose('media_server_lost', null);
    expect(rig.context().interruptions).toEqual([{ cause: 'media_server_lost', atMs: lookedAtMs }]);
  });

  test('a loss before any look happened after the order', async () => {
    const rig = await start();
    await rig.send({ type: 'stream.live' });
    await rig.lose('media_server_lost', null);
    expect(rig.state()).toMatch(/^interrupted/);
    expect(rig.context().interruptions).toEqual([{ cause: 'media_server_lost', atMs: WALL_ZERO_MS }]);
  });

  test('the wished duration goes on counting meanwhile', async () => {
    const rig = await growing({ order: order({ durationMs: 10_000 }) });
    await rig.advance(4000);
    await rig.lose('capture_lost');
    await rig.advance(10_000);
    expect(rig.context().reason).toBe('duration_reached');
    expect(rig.done()).toBe(true);
  });

  test('a stop ends it with what there is', async () => {
    const rig = await growing();
    await rig.advance(2000);
    rig.close();
    await rig.lose('capture_lost');
    await rig.stop();
    await finish(rig);
    expect(rig.state()).toBe('completed');
    expect(rig.finalise.inputs[0]).toMatchObject({ reason: 'requested', outcome: 'completed' });
  });

  test('the 30 s run from the last recorded part: a stream that comes and goes does not hold it open', async () => {
    const rig = await growing();
    await rig.advance(2000);
    rig.close();
    for (let n = 0; n < 10 && rig.context().reason === null; n += 1) {
      await rig.lose('capture_lost');
      await rig.advance(3000);
      await rig.send({ type: 'stream.live' });
      await rig.send({ type: 'record.armed' });
      await rig.advance(2000);
    }
    expect(rig.clock.now()).toBeLessThanOrEqual(2000 + 40 + 30_000 + 5000);
    expect(rig.context().reason).toBe('stream_failed');
  });

  test('the 30 s begin anew once it was recorded again', async () => {
    const rig = await growing();
    for (let n = 0; n < 5; n += 1) {
      await rig.advance(2000);
      rig.close();
      await rig.lose('capture_lost');
      await rig.advance(20_000);
      await rig.send({ type: 'stream.live' });
      await rig.send({ type: 'record.armed' });
      rig.open();
      await rig.advance(100);
      expect(rig.state()).toBe('rolling.growing');
    }
  });
});

describe('the end', () => {
  test('no answer to the disarming, and a file that is never closed: the tail is measured instead', async () => {
    const rig = await growing();
    await rig.advance(2000);
    await rig.stop();
    await rig.advance(1999);
    expect(rig.state()).toBe('stopping.disarming');
    await rig.advance(1);
    expect(rig.state()).toMatch(/^stopping.closing/);
    await rig.advance(1999);
    expect(rig.state()).toMatch(/^stopping.closing/);
    await rig.advance(1);
    expect(rig.salvageParts.calls).toBe(1);
    expect(rig.state()).toBe('completed');
    expect(rig.context().parts[0]?.durationMs).toBe(1234);
  });

  test('an earlier file that a killed media server left open is measured at once, and holds nothing up', async () => {
    const rig = await growing();
    await rig.advance(2000);
    await rig.lose('media_server_lost');
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    rig.open();
    await rig.advance(2000);
    expect(rig.state()).toBe('rolling.growing');
    await rig.stop();
    rig.close('newest');
    await rig.send({ type: 'record.disarmed' });
    await rig.advance(40);
    expect(rig.salvageParts.calls).toBe(1);
    expect(rig.state()).toBe('completed');
    expect(rig.context().parts.map(({ durationMs }) => durationMs)).toEqual([1234, 2000]);
  });

  test('files that cannot be read at the end do not hold it up', async () => {
    const rig = await growing();
    await rig.advance(2000);
    await rig.stop();
    rig.lookAtParts.answers = () => {
      throw failure('storage');
    };
    rig.salvageParts.answers = () => {
      throw failure('storage');
    };
    await rig.send({ type: 'record.disarmed' });
    await rig.advance(2100);
    expect(rig.state()).toBe('completed');
  });

  test('an end that cannot be made safe is gone on with', async () => {
    const rig = await growing();
    await rig.advance(2000);
    rig.saveWish.answers = () => {
      throw failure('storage');
    };
    await rig.stop();
    await finish(rig);
    expect(rig.state()).toBe('completed');
  });

  test('a file that still changed at the last look is looked at once more', async () => {
    const rig = await growing();
    await rig.advance(2000);
    await rig.stop();
    rig.open();
    rig.close();
    await rig.send({ type: 'record.disarmed' });
    expect(rig.state()).toBe('stopping.closing.waiting');
    await rig.advance(40);
    expect(rig.state()).toBe('completed');
    expect(rig.context().parts).toHaveLength(2);
  });

  test('the stream is let go when the files are closed, before they are put away', async () => {
    const rig = await growing();
    await rig.advance(2000);
    rig.finalise.answers = null;
    await rig.stop();
    await finish(rig);
    expect(rig.state()).toBe('finalising');
    expect(rig.reports.types().slice(-2)).toEqual(['reason.remove', 'recording.closed']);
    expect(rig.done()).toBe(false);
  });

  /** Its end came while the disk was away. */
  async function unfiled() {
    const rig = await growing();
    await rig.advance(2000);
    const works = { finalise: rig.finalise.answers, salvage: rig.salvageParts.answers };
    const fails = () => {
      throw failure('storage', 'No space.');
    };
    rig.finalise.answers = fails;
    rig.salvageParts.answers = fails;
    await rig.stop();
    await finish(rig);
    expect(rig.state()).toBe('unfiled.waiting');
    const repair = () => {
      rig.finalise.answers = works.finalise;
      rig.salvageParts.answers = works.salvage;
    };
    return { ...rig, repair, works };
  }

  test('files that cannot be collected keep the wish, and say so once', async () => {
    const rig = await unfiled();
    await rig.advance(100_000);
    expect(rig.state()).toBe('unfiled.waiting');
    expect(rig.done()).toBe(false);
    expect(rig.dropWish.calls).toBe(0);
    expect(rig.context().trouble).toMatchObject({ message: 'No space.' });
    expect(rig.reports.types().slice(-3)).toEqual(['reason.remove', 'recording.closed', 'recording.unfiled']);
  });

  test('files that could not be collected are as soon as the disk is back', async () => {
    const rig = await unfiled();
    rig.repair();
    await rig.send({ type: 'storage.usable' });
    expect(rig.state()).toBe('completed');
    expect(rig.dropWish.calls).toBe(1);
    expect(rig.finalise.inputs.at(-1)).toMatchObject({ outcome: 'completed', reason: 'requested' });
    expect(rig.reports.events.at(-1)).toMatchObject({ type: 'recording.ended', failed: false });
  });

  test('files that could not be collected are tried again slowly, whatever was wrong', async () => {
    const rig = await unfiled();
    rig.repair();
    await rig.advance(29_000);
    expect(rig.state()).toBe('unfiled.waiting');
    await rig.advance(1100);
    expect(rig.state()).toBe('completed');
  });

  test('a disk that comes back but still refuses the files is waited for again', async () => {
    const rig = await unfiled();
    rig.salvageParts.answers = rig.works.salvage;
    await rig.send({ type: 'storage.usable' });
    expect(rig.state()).toBe('unfiled.waiting');
    expect(rig.finalise.calls).toBe(2);
  });

  test('what is gone from the disk for good ends it as failed', async () => {
    const rig = await unfiled();
    rig.repair();
    rig.disk.parts = [];
    await rig.send({ type: 'storage.usable' });
    expect(rig.state()).toBe('failed');
    expect(rig.finalise.inputs.at(-1)).toMatchObject({ outcome: 'failed' });
    expect(rig.reports.events.at(-1)).toMatchObject({ type: 'recording.ended', failed: true });
  });

  test('a wish that cannot be dropped does not undo the recording', async () => {
    const rig = await growing();
    await rig.advance(2000);
    rig.dropWish.answers = () => {
      throw failure('storage');
    };
    await rig.stop();
    await finish(rig);
    expect(rig.state()).toBe('completed');
    const failed = await start();
    failed.dropWish.answers = () => {
      throw failure('storage');
    };
    await failed.stop();
    expect(failed.state()).toBe('failed');
  });

  test('a session without any part is failed, and its sidecar says so', async () => {
    const rig = await armed();
    await rig.stop();
    await rig.send({ type: 'record.disarmed' });
    await rig.advance(2100);
    expect(rig.state()).toBe('failed');
    expect(rig.finalise.inputs[0]).toMatchObject({ outcome: 'failed' });
    expect(rig.actor.getSnapshot().output?.finished).toMatchObject({ parts: [] });
  });
});

describe('a session of an earlier life', () => {
  const restored = (fields: Partial<RecordingWish> = {}) => ({ restored: wish(fields) });

  test('is looked at on disk, and goes on without another start', async () => {
    const rig = await startRestored();
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    rig.disk.growing = true;
    await rig.advance(100);
    expect(rig.state()).toBe('rolling.growing');
    expect(rig.reports.types()).not.toContain('recording.started');
    expect(rig.context().adoptions).toBe(1);
    expect(rig.saveWish.inputs[0]?.adoptions).toBe(1);
  });

  test('that had no file yet starts like a new one', async () => {
    const rig = await start(restored({ adoptions: 2 }));
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.send({ type: 'stream.live' });
    await rig.send({ type: 'record.armed' });
    rig.open();
    await rig.advance(100);
    expect(rig.reports.types()).toContain('recording.started');
    expect(rig.context().adoptions).toBe(3);
  });

  test('ends on time although the wall clock was set by an hour while nobody was there', async () => {
    for (const stepMs of [3_600_000, -3_600_000]) {
      const first = await growing({ order: order({ durationMs: 10_000 }) });
      const kept = first.saveWish.inputs.at(-1)!;
      expect(kept.deadlineMonoMs).toBeGreaterThan(9000);
      const rig = await salvaging({ order: kept.order, restored: kept });
      const file = part({ file: kept.openPart?.file ?? '' });
      const monoMs = kept.deadlineMonoMs! - 4000;
      await rig.lookAtParts.resolve({ parts: [file], monoMs, atMs: WALL_ZERO_MS + monoMs + stepMs });
      expect(rig.context().openPart).toEqual(kept.openPart);
      expect(rig.state()).toMatch(/^interrupted/);
      await rig.advance(3999);
      expect(rig.state()).toMatch(/^interrupted/);
      await rig.advance(1);
      expect(rig.context().reason).toBe('duration_reached');
    }
  });

  test('ends with the cause when its camera stays away, 30 s after our start', async () => {
    const rig = await startRestored();
    await rig.lose('camera_disconnected');
    await rig.advance(29_999);
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.advance(1);
    expect(rig.context().reason).toBe('camera_disconnected');
  });

  test('keeps the cause of a loss that came while its files were looked at', async () => {
    const rig = await pledging({ restored: wish() });
    await rig.lose('camera_disconnected');
    await rig.saved();
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.advance(30_000);
    expect(rig.context().reason).toBe('camera_disconnected');
  });

  test('is ended by an operator while its files are looked at', async () => {
    const rig = await salvaging();
    await rig.lose('camera_disabled');
    await rig.lookAtParts.resolve({ parts: [part()], monoMs: 0, atMs: WALL_ZERO_MS });
    expect(rig.context().reason).toBe('camera_disabled');
    expect(rig.state()).toMatch(/^stopping/);
  });

  test('notes a loss while its files are looked at, and goes on waiting', async () => {
    const rig = await salvaging();
    await rig.lose('media_server_lost');
    await rig.lookAtParts.resolve({ parts: [part()], monoMs: 0, atMs: WALL_ZERO_MS });
    expect(rig.state()).toMatch(/^interrupted/);
    await rig.advance(30_000);
    expect(rig.context().reason).toBe('media_server_lost');
  });

  test('is stopped while its files are looked at', async () => {
    const rig = await salvaging();
    await rig.stop();
    await rig.lookAtParts.resolve({ parts: [part()], monoMs: 0, atMs: WALL_ZERO_MS });
    expect(rig.state()).toMatch(/^stopping/);
  });

  test('whose files cannot be read goes on waiting for its stream', async () => {
    const rig = await salvaging();
    await rig.lookAtParts.reject(failure('storage', 'EIO'));
    expect(rig.state()).toMatch(/^interrupted/);
    expect(rig.context().trouble?.message).toBe('EIO');
  });

  test('whose end was decided is finished, not recorded on', async () => {
    const rig = await start(restored({ ending: 'duration_reached' }));
    expect(rig.state()).toBe('stopping.disarming');
    expect(rig.context().reason).toBe('duration_reached');
  });

  test('that was recorded beyond its duration meanwhile ends at once', async () => {
    const rig = await salvaging({
      restored: wish({ order: order({ durationMs: 10_000 }) }),
      order: order({ durationMs: 10_000 }),
    });
    await rig.lookAtParts.resolve({ parts: [part()], monoMs: 500_000, atMs: WALL_ZERO_MS + 60_000 });
    expect(rig.context().reason).toBe('duration_reached');
    expect(rig.state()).toMatch(/^stopping/);
  });

  test('keeps the gaps that were noted before', async () => {
    const gap = { fromAtMs: WALL_ZERO_MS + 5, toAtMs: WALL_ZERO_MS + 5, cause: 'media_server_lost' };
    const rig = await start(restored({ gaps: [gap] }));
    expect(wishOf(rig.context()).gaps).toEqual([gap]);
  });

  test('whose wish cannot be saved now is kept: it is on disk already, and so are its files', async () => {
    const rig = await pledging(restored());
    rig.disk.parts = [part()];
    await rig.saveWish.reject(failure('storage', 'Full.'));
    expect(rig.state()).toMatch(/^interrupted/);
    expect(rig.dropWish.calls).toBe(0);
    expect(rig.context().trouble?.message).toBe('Full.');
  });

  async function salvaging(fields: Partial<RecordingInput> = {}) {
    const rig = await start({ ...restored(), ...fields }, 'lookAtParts');
    expect(rig.state()).toBe('salvaging');
    return rig;
  }

  /** With one part that MediaMTX still writes. */
  async function startRestored() {
    const rig = await salvaging();
    rig.disk.parts = [part({ startedAtMs: WALL_ZERO_MS - 60_000 })];
    rig.looksWork();
    await rig.lookAtParts.resolve({ parts: rig.disk.parts, monoMs: 0, atMs: WALL_ZERO_MS });
    return rig;
  }
});
