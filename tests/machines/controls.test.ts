/** The controls of one camera: orders, wishes that are set again, and what does not hold. */
import { describe, expect, test } from 'vitest';
import { controlsMachine } from '../../src/machines/controls.ts';
import type { ControlOrder } from '../../src/machines/controls-setup.ts';
import { CameraError, troubleOf } from '../../src/machines/errors.ts';
import type { ControlSetting } from '../../src/machines/values.ts';
import { startCamera } from '../support/fake-camera.ts';
import { FakeControls } from '../support/fake-controls.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { controlLimits, device, failure, known } from '../support/machine-fixtures.ts';
import { settled, startMachine } from '../support/machines.ts';

const ready = { type: 'camera.ready', target: { origin: 'v4l2', devicePath: '/dev/video0' } } as const;
const lost = { type: 'camera.lost', trouble: troubleOf(failure('device-gone')) } as const;
const flowing = { type: 'stream.flowing' } as const;
const bright = { name: 'brightness', value: 7 };

async function start(wishes: readonly ControlSetting[] = [], camera = new FakeControls()) {
  const machine = controlsMachine.provide({ actors: camera.actors });
  const rig = await startMachine(machine, { cameraId: 'camera0', limits: controlLimits, wishes });
  const context = () => rig.actor.getSnapshot().context;
  let orders = 0;
  return {
    ...rig,
    camera,
    context,
    async order(order: Omit<ControlOrder, 'id'> & Record<string, unknown>) {
      orders += 1;
      const id = `order${orders}`;
      await rig.send({ type: 'controls.order', order: { id, ...order } as ControlOrder });
      await settled();
      await settled();
      await settled();
      await settled();
      return context().answers.find((answer) => answer.id === id);
    },
  };
}

const set = (name: string, asked: number | string | boolean) => ({ kind: 'set' as const, name, asked });

describe('a camera of which nothing is wished', () => {
  test('is asked nothing, neither when it comes nor when it streams', async () => {
    const rig = await start();
    expect(rig.state()).toBe('absent');
    await rig.send(ready);
    await rig.send(flowing);
    await rig.advance(600_000);
    expect(rig.state()).toBe('idle');
    expect(rig.camera.calls).toEqual([]);
  });

  test('is asked once for all who want to know at the same time', async () => {
    const rig = await start();
    await rig.send(ready);
    for (const id of ['a', 'b', 'c']) rig.actor.send({ type: 'controls.order', order: { id, kind: 'list' } });
    await settled();
    expect(rig.context().answers.map(({ id, trouble }) => [id, trouble])).toEqual([
      ['a', null],
      ['b', null],
      ['c', null],
    ]);
    expect(rig.camera.calls).toEqual(['list']);
    expect(rig.context().controls).toHaveLength(5);
  });
});

describe('an order', () => {
  test('is set, read back, and wished from then on', async () => {
    const rig = await start();
    await rig.send(ready);
    expect(await rig.order(set('brightness', 7))).toMatchObject({ trouble: null, value: 7 });
    expect(rig.camera.calls).toEqual(['list', 'brightness=7', 'read brightness']);
    expect(rig.state()).toBe('settled');
    expect(rig.reports.events).toEqual([{ type: 'controls.wished', wishes: [bright] }]);
  });

  test('that does not fit is refused before anything is set', async () => {
    const rig = await start();
    await rig.send(ready);
    expect((await rig.order(set('brightness', 65)))?.trouble?.message).toBe(
      'brightness must be -64 to 64 in steps of 1.',
    );
    expect((await rig.order(set('blue', 1)))?.trouble?.code).toBe('not-found');
    expect((await rig.order(set('focus_absolute', 5)))?.trouble?.reason).toBe('control_inactive');
    expect(rig.camera.calls).toEqual(['list', 'list', 'list']);
    expect(rig.context().wishes).toEqual([]);
    expect(rig.state()).toBe('idle');
  });

  test('that the camera makes something else of is no wish; what was wished before stands again', async () => {
    const rig = await start();
    await rig.send(ready);
    await rig.order(set('sharpness', 5));
    rig.camera.stubborn.add('sharpness');
    expect(await rig.order(set('sharpness', 6))).toMatchObject({
      trouble: {
        reason: 'control_not_taken',
        message: 'The camera did not take 6 for sharpness: it shows 5.',
      },
    });
    expect(rig.context().wishes).toEqual([{ name: 'sharpness', value: 5 }]);
    expect(rig.state()).toBe('settled');
  });

  test('that the camera refuses is no wish', async () => {
    const rig = await start();
    await rig.send(ready);
    rig.camera.refused.add('brightness');
    expect((await rig.order(set('brightness', 7)))?.trouble?.code).toBe('probe-failed');
    expect(rig.context().wishes).toEqual([]);
    expect(rig.state()).toBe('idle');
  });

  test('of a switch unlocks what it decides, in the next order', async () => {
    const rig = await start();
    await rig.send(ready);
    expect((await rig.order(set('focus_automatic_continuous', false)))?.trouble).toBeNull();
    expect((await rig.order(set('focus_absolute', 30)))?.trouble).toBeNull();
    expect(rig.camera.value('focus_absolute')).toBe(30);
  });

  test('to press a button is carried out and not kept', async () => {
    const rig = await start();
    await rig.send(ready);
    expect((await rig.order(set('restart', true)))?.trouble).toBeNull();
    expect(rig.camera.calls).toEqual(['list', 'restart=1']);
    expect(rig.context().wishes).toEqual([]);
  });

  test('to reset sets the default and takes the wish back', async () => {
    const rig = await start([bright]);
    await rig.send(ready);
    await settled();
    expect(rig.camera.value('brightness')).toBe(7);
    expect(await rig.order({ kind: 'reset', name: 'brightness' })).toMatchObject({ trouble: null, value: 0 });
    expect(rig.context().wishes).toEqual([]);
    expect(rig.state()).toBe('idle');
  });

  test('to reset what is inactive, or what this camera does not have, takes the wish back alone', async () => {
    const rig = await start([
      { name: 'focus_absolute', value: 30 },
      { name: 'gone', value: 1 },
    ]);
    await rig.send(ready);
    for (const name of ['focus_absolute', 'gone'])
      expect((await rig.order({ kind: 'reset', name }))?.trouble).toBeNull();
    expect(rig.context().wishes).toEqual([]);
    expect((await rig.order({ kind: 'reset', name: 'gone' }))?.trouble?.code).toBe('not-found');
    expect((await rig.order({ kind: 'reset', name: 'focus_absolute' }))?.trouble?.reason).toBe(
      'control_inactive',
    );
  });

  test('to a camera that hangs is answered within the limit', async () => {
    const rig = await start();
    await rig.send(ready);
    rig.camera.hangs = true;
    const first = rig.order(set('brightness', 7));
    await rig.advance(2999);
    expect(rig.context().answers).toEqual([]);
    await rig.advance(1);
    await first;
    expect(rig.context().answers).toMatchObject([{ trouble: { reason: 'control_timeout' } }]);
    expect(rig.state()).toBe('idle');
  });

  test('is answered at once when the camera goes, and not taken while it is away', async () => {
    const rig = await start();
    await rig.send(ready);
    rig.camera.hangs = true;
    await rig.order(set('brightness', 7));
    await rig.send(lost);
    expect(rig.context().answers).toMatchObject([{ trouble: { code: 'device-gone' } }]);
    const order = { type: 'controls.order', order: { id: 'x', kind: 'list' } } as const;
    expect(rig.state()).toBe('absent');
    await rig.send(order);
    expect(rig.context().orders).toEqual([]);
  });

  test('more than sixteen do not wait', async () => {
    const rig = await start();
    await rig.send(ready);
    rig.camera.hangs = true;
    for (let n = 0; n < 16; n += 1)
      rig.actor.send({ type: 'controls.order', order: { id: `${n}`, kind: 'list' } });
    expect(rig.actor.getSnapshot().can({ type: 'controls.order', order: { id: 'x', kind: 'list' } })).toBe(
      false,
    );
  });
});

describe('what is wished', () => {
  test('is set again when the camera comes back, switches first, and only what differs', async () => {
    const rig = await start([
      { name: 'focus_absolute', value: 30 },
      bright,
      { name: 'sharpness', value: 3 },
      { name: 'focus_automatic_continuous', value: 0 },
    ]);
    await rig.send(ready);
    await rig.advance(0);
    expect(rig.state()).toBe('settled');
    expect(rig.camera.calls).toEqual([
      'list',
      'focus_automatic_continuous=0',
      'list',
      'focus_absolute=30',
      'brightness=7',
      'read focus_automatic_continuous,focus_absolute,brightness,sharpness',
    ]);
    rig.camera.calls.length = 0;
    await rig.send(lost);
    rig.camera.forget();
    await rig.send(ready);
    await rig.advance(0);
    expect(rig.camera.value('focus_absolute')).toBe(30);
    expect(rig.camera.value('brightness')).toBe(7);
    expect(rig.camera.most).toBe(1);
  });

  test('is set again when a stream begins and the camera has forgotten it', async () => {
    const rig = await start([bright]);
    await rig.send(ready);
    await rig.advance(0);
    rig.camera.forget();
    await rig.send(flowing);
    await rig.advance(0);
    expect(rig.camera.value('brightness')).toBe(7);
    expect(rig.state()).toBe('settled');
  });

  test('a stream that begins in the middle of a round begins the round anew', async () => {
    const rig = await start([bright]);
    rig.camera.hangs = true;
    await rig.send(ready);
    rig.camera.hangs = false;
    await rig.send(flowing);
    await rig.advance(0);
    expect(rig.state()).toBe('settled');
    expect(rig.camera.value('brightness')).toBe(7);
  });

  test('and waits for a switch that the operator left to the camera, without being called drift', async () => {
    const rig = await start([{ name: 'focus_absolute', value: 30 }]);
    await rig.send(ready);
    await rig.advance(60_000);
    expect(rig.state()).toBe('settled');
    expect(rig.context().drifted).toEqual([]);
    expect(rig.camera.calls.every((call) => call === 'list')).toBe(true);
  });
});

describe('a camera that changes it by itself', () => {
  test('is seen at the next look, told, and set right', async () => {
    const rig = await start([bright]);
    await rig.send(ready);
    await rig.advance(0);
    rig.camera.turn('brightness', 20);
    await rig.advance(30_000);
    expect(rig.state()).toBe('backoff');
    expect(rig.context().drifted).toEqual([{ name: 'brightness', wanted: 7, found: 20 }]);
    await rig.advance(500);
    expect(rig.state()).toBe('settled');
    expect(rig.context().drifted).toEqual([]);
    expect(rig.camera.value('brightness')).toBe(7);
  });

  test('and does not take it back is tried three times, then told as drifted, and slowly again', async () => {
    const rig = await start([bright]);
    rig.camera.stubborn.add('brightness');
    await rig.send(ready);
    await rig.advance(500 + 1000);
    expect(rig.state()).toBe('drifted');
    expect(rig.camera.calls.filter((call) => call === 'brightness=7')).toHaveLength(3);
    expect(rig.context().drifted).toEqual([{ name: 'brightness', wanted: 7, found: 0 }]);
    await rig.advance(299_999);
    expect(rig.state()).toBe('drifted');
    rig.camera.stubborn.clear();
    await rig.advance(1);
    expect(rig.state()).toBe('settled');
  });

  test.each([flowing, ready])('is tried at once on %o', async (event) => {
    const rig = await start([bright]);
    rig.camera.stubborn.add('brightness');
    await rig.send(ready);
    await rig.advance(1500);
    expect(rig.state()).toBe('drifted');
    rig.camera.stubborn.clear();
    await rig.send(event);
    await rig.advance(0);
    expect(rig.state()).toBe('settled');
  });

  test('one that refuses one control takes the others', async () => {
    const rig = await start([bright, { name: 'sharpness', value: 5 }]);
    rig.camera.refused.add('brightness');
    await rig.send(ready);
    await rig.advance(0);
    expect(rig.camera.value('sharpness')).toBe(5);
    expect(rig.state()).toBe('backoff');
    expect(rig.context()).toMatchObject({
      drifted: [{ name: 'brightness' }],
      trouble: { code: 'probe-failed' },
    });
  });
});

describe('a camera that cannot be asked', () => {
  test('is tried a few times, then slowly; an order tries at once and is told why', async () => {
    const rig = await start([bright]);
    rig.camera.failure = new CameraError('no-permission', 'Not by this user.');
    await rig.send(ready);
    await rig.advance(1500);
    expect(rig.state()).toBe('faulted');
    expect(rig.camera.calls).toEqual(['list', 'list', 'list']);
    expect(rig.context().trouble?.code).toBe('no-permission');
    expect((await rig.order({ kind: 'list' }))?.trouble?.code).toBe('no-permission');
    rig.camera.failure = null;
    await rig.advance(300_000);
    expect(rig.state()).toBe('settled');
    expect(rig.context().trouble).toBeNull();
  });

  test('one that hangs while it is set is left alone until the next round', async () => {
    const rig = await start([bright, { name: 'sharpness', value: 5 }]);
    await rig.send(ready);
    await rig.advance(0);
    rig.camera.forget();
    rig.camera.hangs = true;
    await rig.advance(30_000);
    expect(rig.state()).toBe('checking');
    await rig.advance(3000);
    expect(rig.state()).toBe('backoff');
    expect(rig.context().trouble?.reason).toBe('control_timeout');
    rig.camera.hangs = false;
    await rig.advance(500);
    expect(rig.state()).toBe('settled');
  });
});

describe('with its camera', () => {
  test('wishes are kept with it, set after a re-plug, and nothing is asked while it is off', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world, { known: known({ controls: [bright] }) });
    await world.advance(200);
    expect(world.controls.value('brightness')).toBe(7);
    await rig.send({ type: 'device.detached', atMs: 1 });
    world.controls.forget();
    await rig.send({ type: 'device.attached', device: device(), atMs: 2 });
    await world.advance(200);
    expect(world.controls.value('brightness')).toBe(7);
    await rig.send({ type: 'camera.disable', atMs: 3 });
    world.controls.calls.length = 0;
    await world.advance(3_600_000);
    expect(world.controls.calls).toEqual([]);
    await rig.send({ type: 'camera.enable' });
    await world.advance(200);
    expect(world.controls.calls).toEqual(['list']);
  });

  test('a stream that becomes live has them set again', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world, { known: known({ controls: [bright] }) });
    await world.advance(200);
    world.controls.forget();
    rig.streamRef().send({ type: 'stream.start' });
    await world.advance(2000);
    expect(rig.stream()).toBe('live.flowing');
    expect(world.controls.value('brightness')).toBe(7);
  });

  test('an order that was taken is on disk', async () => {
    const world = new FakeWorld();
    const rig = await startCamera(world);
    await world.advance(200);
    const controls = (rig.actor.getSnapshot().children as Record<string, { send(event: object): void }>)
      .controls!;
    controls.send({ type: 'controls.order', order: { id: 'a', ...set('brightness', 7) } });
    await world.advance(0);
    expect(world.wishes.cameras.get('camera0')?.controls).toEqual([bright]);
  });
});
