/** Real actors of a camera in a fake world, on a simulated clock: what the telemetry tells of them. */
import { expect, test } from 'vitest';
import { readAllMachines } from '../../scripts/charts/machines.ts';
import { createLog } from '../../src/adapters/log/log.ts';
import { allStates } from '../../src/machines/chart.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { Journal } from '../../src/wiring/journal.ts';
import { observe } from '../../src/wiring/observe.ts';
import { Timeline } from '../../src/wiring/timeline.ts';
import { startCamera } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { device, order, probed } from '../support/machine-fixtures.ts';
import { settled } from '../support/machines.ts';
import { labelsOf, series } from '../support/metrics.ts';

async function observedCamera() {
  const world = new FakeWorld();
  const log = createLog({ level: 'fatal', format: 'json', file: '' });
  const journal = new Journal(log, new Timeline(world));
  const telemetry = new Telemetry({
    monoMs: () => world.monoMs(),
    info: () => ({ version: '0.1.0', mediaServer: 'simulator' }),
    processMetrics: false,
  });
  observe(journal, telemetry);
  journal.attach(world.parent);
  const rig = await startCamera(world);
  rig.probe.answers = () => probed();
  await world.advance(2000);
  const read = async () => series(await telemetry.text());
  return { world, rig, telemetry, read };
}

const CAMERA = { camera: 'camera0' };

test('an unplug that interrupts a recording: what was live, missing, restarted and recorded', async () => {
  const { world, rig, read } = await observedCamera();
  const before = await read();
  expect(before('camera_service_camera_live_seconds_total', CAMERA)).toBe(0);
  expect(
    before('camera_service_present_state_seconds', { ...CAMERA, machine: 'stream', state: 'idle' }),
  ).toBe(world.monoMs() / 1000 - 0.1);
  await world.send({ type: 'recording.order', order: order() });
  await world.advance(60_000);
  await rig.send({ type: 'device.detached', atMs: world.wallMs() });
  await world.advance(10_000);
  await rig.send({ type: 'device.attached', device: device(), atMs: world.wallMs() });
  await world.advance(20_000);
  const during = await read();
  const liveS = during('camera_service_camera_live_seconds_total', CAMERA) ?? 0;
  const missingS = during('camera_service_camera_missing_seconds_total', CAMERA) ?? 0;
  expect(liveS + missingS).toBeCloseTo(90, 6);
  // Away for 10 s; both starts take less than 3 s.
  expect(missingS).toBeGreaterThan(10);
  expect(missingS).toBeLessThan(16);
  expect(during('camera_service_capture_starts_total', CAMERA)).toBe(2);
  expect(during('camera_service_capture_restarts_total', CAMERA)).toBe(1);
  await world.send({ type: 'recording.stop', reason: 'requested' });
  await world.advance(5000);
  const after = await read();
  const ended = { ...CAMERA, outcome: 'completed', reason: 'requested' };
  expect(after('camera_service_recordings_total', ended)).toBe(1);
  const filed = { machine: 'recording', to: 'completed' };
  expect(after('camera_service_transitions_total', filed)).toBe(1);
  expect(after('camera_service_present_state_seconds', { machine: 'recording' })).toBeUndefined();
});

test('a camera that is switched off while a picture of it is wanted is not missing', async () => {
  const { world, rig, read } = await observedCamera();
  await world.send({ type: 'stream.start' });
  await world.advance(10_000);
  await rig.send({ type: 'camera.disable', atMs: world.wallMs() });
  const missingS = async () => (await read())('camera_service_camera_missing_seconds_total', CAMERA);
  const before = await missingS();
  await world.advance(100_000);
  expect(await missingS()).toBe(before);
  expect((await read())('camera_service_present_state_seconds', { state: 'disabled.present' })).toBe(100);
});

test('a reason that comes and goes without a change of state is noticed', async () => {
  const { world, rig, read } = await observedCamera();
  await rig.send({ type: 'device.detached', atMs: world.wallMs() });
  await world.advance(1000);
  await world.send({ type: 'reason.add', reason: 'test' });
  await world.advance(7000);
  await world.send({ type: 'reason.remove', reason: 'test' });
  await world.advance(50_000);
  expect((await read())('camera_service_camera_missing_seconds_total', CAMERA)).toBe(7);
});

test('every state that is told is a state of its machine, and an ended actor leaves nothing behind', async () => {
  const { world, rig, telemetry, read } = await observedCamera();
  await world.send({ type: 'stream.start' });
  await world.advance(5000);
  await world.captureEnds();
  await world.advance(5000);
  const known = new Set(
    (await readAllMachines()).flatMap((chart) => allStates(chart.root).map(({ id }) => id)),
  );
  const told = labelsOf(await telemetry.text(), 'camera_service_state_duration_seconds_count');
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter(({ machine, state }) => !known.has(`${machine}.${state}`))).toEqual([]);
  await rig.send({ type: 'camera.release', reason: 'service_stopped' });
  await world.advance(20_000);
  await settled();
  expect(rig.actor.getSnapshot().status).toBe('done');
  expect((await read())('camera_service_present_state_seconds')).toBeUndefined();
});
