/** Which state each class of trouble leads to, and how it is tried again: docs/troubleshooting.md has it as a table. */
import { describe, expect, test } from 'vitest';
import { CameraError, type ErrorCode, troubleOf } from '../../src/machines/errors.ts';
import { SILENT_REASONS, SLOW_CODES } from '../../src/machines/stream-values.ts';
import { startCamera, startStream } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { failure, ladder } from '../support/machine-fixtures.ts';

const ready = { type: 'camera.ready', ladder: ladder() };

/** How a capture can end, and where its stream is then. */
const STREAM_POLICY: Readonly<Partial<Record<ErrorCode, 'backoff' | 'faulted'>>> = {
  'device-gone': 'backoff',
  'device-busy': 'faulted',
  'no-permission': 'faulted',
  'no-bandwidth': 'faulted',
  'invalid-format': 'faulted',
  'missing-program': 'faulted',
  'device-failing': 'backoff',
  'decoder-errors': 'backoff',
  'capture-failed': 'backoff',
  deadline: 'backoff',
};

async function ended(code: ErrorCode) {
  const world = new FakeWorld();
  const rig = await startStream(world);
  const options = { suggestion: 'Mend it.', facts: { n: 1 } };
  world.startTrouble = troubleOf(new CameraError(code, 'Fake.', options));
  await world.send(ready);
  await world.send({ type: 'stream.start' });
  await world.advance(100);
  return { world, rig };
}

describe('a capture that ends', () => {
  test.each(Object.entries(STREAM_POLICY) as [ErrorCode, string][])('with %s: %s', async (code, state) => {
    const { world, rig } = await ended(code);
    expect(rig.state()).toBe(state);
    expect(rig.context().trouble).toMatchObject({ code, suggestion: 'Mend it.', facts: { n: 1 } });
    world.startTrouble = null;
    // A quick retry comes after one second, a slow one after a minute.
    await world.advance(state === 'backoff' ? 1000 : 59_000);
    expect(world.starts).toHaveLength(state === 'backoff' ? 2 : 1);
    await world.advance(5000);
    expect(rig.state()).toBe('live.flowing');
    expect(rig.context().trouble).toBeNull();
  });

  test('slowly tried are exactly the codes that lead to faulted at once', () => {
    const faulted = Object.entries(STREAM_POLICY).flatMap(([code, state]) =>
      state === 'faulted' ? [code] : [],
    );
    expect([...SLOW_CODES].sort()).toEqual(faulted.sort());
  });

  test.each(['device-failing', 'decoder-errors'] as const)(
    'six times with %s: faulted, then slowly',
    async (code) => {
      const { world, rig } = await ended(code);
      await world.advance(40_000);
      expect(rig.state()).toBe('faulted');
      expect(world.starts).toHaveLength(6);
      await world.advance(60_000);
      expect(world.starts).toHaveLength(7);
    },
  );

  test('because its camera is gone: once that is told, nothing is tried any more', async () => {
    const { world, rig } = await ended('device-gone');
    await world.send({ type: 'camera.lost', cause: 'camera_disconnected', atMs: world.wallMs() });
    await world.advance(120_000);
    expect(rig.state()).toBe('unavailable');
    expect(world.starts).toHaveLength(1);
  });
});

describe('a capture that lives and brings nothing', () => {
  async function silent(complaint: FakeWorld['complaint']) {
    const world = new FakeWorld();
    const rig = await startStream(world);
    world.publishing = false;
    world.complaint = complaint;
    await world.send(ready);
    await world.send({ type: 'stream.start' });
    await world.advance(10_200);
    return rig;
  }
  const undecodable = { code: 'decoder-errors', reason: 'undecodable', message: 'Garbage.' } as const;
  const refused = { code: 'invalid-format', reason: 'invalid_format', message: 'Not this one.' } as const;

  test('says that nothing came, where its words do not tell why', async () => {
    const rig = await silent(null);
    expect(rig.state()).toBe('backoff');
    expect(rig.context().trouble).toMatchObject({ code: 'deadline', reason: 'not_published_in_time' });
  });

  test('says what its own words say of it, and is tried again as that asks for', async () => {
    const rig = await silent(undecodable);
    expect(rig.state()).toBe('backoff');
    expect(rig.context().trouble).toEqual(undecodable);
    expect((await silent(refused)).state()).toBe('faulted');
  });

  test('a capture that ended by itself keeps what it ended with', async () => {
    const world = new FakeWorld();
    const rig = await startStream(world);
    world.startTrouble = troubleOf(failure('device-failing'));
    world.complaint = undecodable;
    await world.send(ready);
    await world.send({ type: 'stream.start' });
    await world.advance(100);
    expect(rig.context().trouble?.code).toBe('device-failing');
    expect(SILENT_REASONS).not.toContain('device_failing');
  });
});

describe('a camera that cannot be asked', () => {
  const CAMERA_POLICY: Readonly<Partial<Record<ErrorCode, 'probeBackoff' | 'faulted'>>> = {
    'device-gone': 'probeBackoff',
    'device-busy': 'probeBackoff',
    'no-permission': 'faulted',
    'missing-program': 'faulted',
    'probe-failed': 'probeBackoff',
    deadline: 'probeBackoff',
  };

  test.each(Object.entries(CAMERA_POLICY) as [ErrorCode, string][])('%s: %s', async (code, state) => {
    const rig = await startCamera(new FakeWorld());
    rig.probe.answers = () => {
      throw failure(code);
    };
    await rig.world.advance(100);
    expect(rig.state()).toBe(state);
    expect(rig.context().trouble?.code).toBe(code);
  });
});
