/** Views of cameras that share a USB bus: real actors of two cameras, each in a fake world of its own. */
import { expect, test } from 'vitest';
import { troubleOf } from '../../src/machines/errors.ts';
import { cameraChild } from '../../src/machines/service.ts';
import { Actors } from '../../src/wiring/actors.ts';
import { type CameraRig, startCamera } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { capabilities, failure, known } from '../support/machine-fixtures.ts';

async function cameraAt(id: string, busInfo: string): Promise<CameraRig> {
  const rig = await startCamera(new FakeWorld(), { known: known({ id }) });
  rig.probe.answers = () => ({
    devicePath: '/dev/video0',
    hardwareEncoders: [],
    capabilities: { ...capabilities(), busInfo },
  });
  await rig.world.advance(200);
  return rig;
}

/** Actors of a service that has these cameras and nothing else. */
function actorsOf(rigs: Readonly<Record<string, CameraRig>>): Actors {
  const ids = Object.keys(rigs);
  const children = Object.fromEntries(ids.map((id) => [cameraChild(id), rigs[id]!.actor]));
  const service = {
    getSnapshot: () => ({ context: { cameras: ids.map((id) => ({ id })) }, children }),
    on: () => {},
  };
  const timeline = { zeroAtMs: () => 0, atMs: (monoMs: number) => monoMs };
  const journal = { timeline, onMoved: () => {}, sinceAtMs: () => 0, standing: () => undefined };
  return new Actors(service as never, journal as never);
}

test('a camera that gets no USB bandwidth tells what the others on its bus use, also when that changes', async () => {
  const camera0 = await cameraAt('camera0', 'usb-0000:00:14.0-1');
  const camera1 = await cameraAt('camera1', 'usb-0000:00:14.0-2');
  const actors = actorsOf({ camera0, camera1 });
  camera1.streamRef().send({ type: 'stream.start' });
  await camera1.world.advance(2000);
  camera0.world.startTrouble = troubleOf(failure('no-bandwidth'));
  camera0.streamRef().send({ type: 'stream.start' });
  await camera0.world.advance(100);

  const said = () => actors.view('camera0')?.stream.trouble;
  expect(said()?.message).toBe(
    'The USB bus has no bandwidth left for this camera (YUYV 640x480 at 15 fps, about 74 Mbit/s). On its controller usb-0000:00:14.0: camera1 takes YUYV 640x480 at 15 fps, about 74 Mbit/s.',
  );
  expect(actors.view('camera0')).toBe(actors.view('camera0'));
  expect(actors.view('camera1')?.stream.trouble).toBeNull();

  camera1.streamRef().send({ type: 'stream.stop' });
  await camera1.world.advance(2000);
  expect(said()?.message).toContain('camera1 takes nothing now.');
  expect(actors.explained('camera0', troubleOf(failure('no-bandwidth'))).message).toContain('camera1');
});

test('any other trouble of a stream is told as it is', async () => {
  const camera0 = await cameraAt('camera0', 'usb-0000:00:14.0-1');
  camera0.world.startTrouble = troubleOf(failure('device-busy', 'Held by cheese.'));
  camera0.streamRef().send({ type: 'stream.start' });
  await camera0.world.advance(100);
  const actors = actorsOf({ camera0 });
  expect(actors.view('camera0')?.stream.trouble?.message).toBe('Held by cheese.');
  expect(actors.explained('camera0', null)).toBeNull();
});
