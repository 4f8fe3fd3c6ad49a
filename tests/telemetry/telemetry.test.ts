/** The page as Prometheus reads it. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { cameraOf, Telemetry } from '../../src/telemetry/telemetry.ts';
import { series } from '../support/metrics.ts';

function openTelemetry() {
  const clock = { monoMs: 0, wallMs: Date.parse('2026-11-23T04:28:13Z') };
  const telemetry = new Telemetry({
    monoMs: () => clock.monoMs,
    info: () => ({ version: '0.1.0', mediaServer: 'mediamtx 1.20.1' }),
    processMetrics: false,
  });
  let story: string | null = null;
  /** The stream of camera0 goes there at this instant. */
  const stream = (state: string, atMs: number) => {
    clock.monoMs = atMs;
    telemetry.moved({ key: 's', actor: 'stream:camera0', machine: 'stream', story: state }, story);
    telemetry.streamStepped('camera0', { from: story ?? '', to: state });
    story = state;
  };
  return { clock, telemetry, stream, read: async () => series(await telemetry.text()) };
}

test('transitions, stays, starts and the present state of a stream', async () => {
  const { clock, stream, read } = openTelemetry();
  stream('idle', 0);
  stream('starting', 5000);
  stream('live.flowing', 6500);
  stream('clearing', 100_000);
  clock.monoMs = 100_400;
  const found = await read();
  expect(found('camera_service_transitions_total', { machine: 'stream', from: 'idle', to: 'starting' })).toBe(
    1,
  );
  expect(found('camera_service_state_duration_seconds_sum', { state: 'live.flowing' })).toBe(93.5);
  expect(found('camera_service_state_duration_seconds_bucket', { state: 'starting', le: '1' })).toBe(0);
  expect(found('camera_service_state_duration_seconds_bucket', { state: 'starting', le: '3' })).toBe(1);
  expect(found('camera_service_present_state_seconds', { camera: 'camera0', state: 'clearing' })).toBe(0.4);
  expect(found('camera_service_present_state_seconds', { camera: 'camera0', state: 'idle' })).toBeUndefined();
  expect(found('camera_service_capture_starts_total', { camera: 'camera0' })).toBe(1);
  expect(found('camera_service_capture_failures_total', { camera: 'camera0' })).toBe(1);
  expect(found('camera_service_info', { version: '0.1.0', media_server: 'mediamtx 1.20.1' })).toBe(1);
});

test('availability grows while nothing happens, and a clock that is set moves nothing', async () => {
  const { clock, telemetry, stream, read } = openTelemetry();
  stream('live.flowing', 0);
  telemetry.cameraChanged('camera0', { wanted: true, live: true });
  clock.monoMs = 60_000;
  clock.wallMs += 3_600_000;
  const first = await read();
  expect(first('camera_service_camera_live_seconds_total', { camera: 'camera0' })).toBe(60);
  expect(first('camera_service_present_state_seconds', { camera: 'camera0' })).toBe(60);
  telemetry.cameraChanged('camera0', { live: false });
  clock.wallMs -= 7_200_000;
  clock.monoMs = 70_000;
  const second = await read();
  expect(second('camera_service_camera_live_seconds_total', { camera: 'camera0' })).toBe(60);
  expect(second('camera_service_camera_missing_seconds_total', { camera: 'camera0' })).toBe(10);
});

test('of several recordings of one camera in the same state the one that is there longest is told', async () => {
  const { clock, telemetry, read } = openTelemetry();
  const recording = (session: string) => ({
    key: session,
    actor: `recording:camera0_${session}`,
    machine: 'recording',
    story: 'finalising',
  });
  telemetry.moved(recording('one'), null);
  clock.monoMs = 2000;
  telemetry.moved(recording('two'), null);
  clock.monoMs = 3000;
  expect((await read())('camera_service_present_state_seconds', { machine: 'recording' })).toBe(3);
});

test('recordings by the reason of their end', async () => {
  const { telemetry, read } = openTelemetry();
  telemetry.recordingEnded('camera0', 'completed', 'requested');
  telemetry.recordingEnded('camera0', 'completed', 'camera_disconnected');
  telemetry.recordingEnded('camera0', 'completed', 'camera_disconnected');
  const found = await read();
  expect(found('camera_service_recordings_total', { reason: 'camera_disconnected' })).toBe(2);
  expect(found('camera_service_recordings_total', { reason: 'requested', outcome: 'completed' })).toBe(1);
});

describe('the camera of an actor', () => {
  test.each([
    ['camera:camera0', 'camera0'],
    ['stream:camera12/viewers', 'camera12'],
    ['controls:camera3', 'camera3'],
    ['recording:camera0_2026-11-23_04-28-13', 'camera0'],
    ['media-server', ''],
    ['service', ''],
  ])('%s: %s', (actor, camera) => {
    expect(cameraOf(actor)).toBe(camera);
  });
});

test('names and units are as Prometheus wants them, and every metric is explained in docs/telemetry.md', async () => {
  const { telemetry } = openTelemetry();
  const page = await readFile(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
  const types = [...(await telemetry.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(9);
  for (const [, name = '', type] of types) {
    expect(name).toMatch(/^camera_service_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(page, name).toContain(`\`${name}\``);
  }
});
