/**
 * A camera is switched off while it streams and records, the service is killed while it is off, and it is switched on
 * again: off is off, also after a restart, and what was going on before comes back. Then names, and being forgotten.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf } from '../support/frames.ts';
import { play, type Session, untilListed } from '../support/recordings.ts';
import { startService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { listen, untilTold } from '../support/witness.ts';

interface CameraStatus {
  readonly status: string;
  readonly state: string;
  readonly name: string;
  readonly last_seen: string | null;
  readonly trouble: unknown;
  readonly stream: { readonly trouble: unknown };
  readonly allowed: readonly string[];
}

const OFF = {
  list: 'DISCONNECTED INACTIVE/unavailable none',
  status: 'DISCONNECTED INACTIVE/unavailable none',
  streams: 'DISCONNECTED INACTIVE/unavailable none',
  actors: 'disabled.present unavailable none',
  server: { configured: false, record: false, available: false },
  captures: 0,
  health: 'healthy',
};

describeMediaServers('switched off', (server) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(server, { cameras: 2 });
  }, 60_000);
  afterAll(() => service.dispose());

  const status = (device: string) => service.call<CameraStatus>('get_camera_status', { device });
  /** Warnings and errors of the log about this camera, after its first `from` characters. */
  const complaints = (device: string, from: number) =>
    service.log
      .slice(from)
      .split('\n')
      .filter((line) => line.includes(device) && /"level":"?(40|50|60|warn|error|fatal)/.test(line));

  test('live and recording, killed, on again: off holds, and all of it comes back', async () => {
    const device = 'camera0';
    await service.untilStream(device, 'idle');
    await service.call('start_streaming', { device });
    const session = await service.call<Session>('start_recording', { device });
    await until(
      async () => (await service.call<Session>('get_recording_status', { device })).duration_ms >= 2000,
      { what: 'two seconds of recording', timeoutMs: 30_000 },
    );

    const quietFrom = service.log.length;
    const off = await service.call('disable_camera', { device });
    expect(off).toMatchObject({ device, status: 'DISCONNECTED', state: 'disabled.present' });
    expect(service.processes('capture'), 'the device is released when the order is answered').toEqual([]);
    expect(await service.call('disable_camera', { device }), 'once more is harmless').toMatchObject({
      state: 'disabled.present',
    });

    const recording = await untilListed(service, session.session_id);
    expect(recording).toMatchObject({ reason: 'camera_disabled', outcome: 'completed' });
    const { frames, jumps } = await play(service.recordingsFolder, recording);
    expect(frames.length).toBeGreaterThanOrEqual(10);
    expect(jumps).toEqual([]);

    const offIsOff = async () => {
      await untilTold(service, device, OFF);
      expect(await status(device)).toMatchObject({ trouble: null, stream: { trouble: null } });
      expect((await status(device)).allowed).toEqual(
        expect.not.arrayContaining(['start_streaming', 'start_recording', 'take_snapshot', 'disable_camera']),
      );
      for (const method of ['start_streaming', 'start_recording', 'take_snapshot']) {
        await expect(service.call(method, { device }), method).rejects.toMatchObject({
          code: -32020,
          data: {
            reason: 'camera_disabled',
            state: 'disabled.present',
            allowed: expect.arrayContaining(['enable_camera']),
          },
        });
      }
      await expect(barcodesOf(service.rtspUrl(device), { frames: 1 }), 'a viewer').rejects.toThrow(
        /returned 40/,
      );
    };
    await offIsOff();
    await service.crashAndRestart();
    await until(async () => (await status(device)).state === 'disabled.present', { what: 'off again' });
    await offIsOff();
    expect(service.processes('capture')).toEqual([]);
    expect(complaints(device, quietFrom), 'what is off is no trouble').toEqual([]);

    await service.call('enable_camera', { device });
    const back = await service.untilStream(device, 'live.flowing');
    expect(back.stream.reasons, 'start_streaming still holds').toContain('call');
    await service.call('stop_streaming', { device });
    await service.untilStream(device, 'idle');
    expect(await barcodesOf(service.rtspUrl(device), { frames: 5 }), 'viewers start it').toHaveLength(5);
  }, 120_000);

  test('a name is kept and told; a camera that is away is forgotten, one that is here is not', async () => {
    const device = 'camera1';
    const news = listen(service, 'camera_status_update');
    expect(await service.call('rename_camera', { device, name: 'Synthetic Camera 0' })).toMatchObject({
      name: 'Synthetic Camera 0 (2)',
    });
    expect(await service.call('rename_camera', { device, name: 'Door' })).toMatchObject({ name: 'Door' });
    await news.next((params) => params.name === 'Door', 'the name is told');
    await expect(service.call('forget_camera', { device })).rejects.toMatchObject({
      code: -32020,
      data: { reason: 'camera_plugged_in' },
    });
    await service.crashAndRestart();
    await until(async () => (await status(device)).status === 'CONNECTED', { what: 'camera1 is back' });
    expect((await status(device)).name).toBe('Door');

    const unpluggedAtMs = Date.now();
    await service.call('inject_fault', { fault: 'unplug', device });
    const away = await until(
      async () => {
        const now = await status(device);
        return now.last_seen !== null && now;
      },
      { what: 'camera1 is away' },
    );
    expect(away).toMatchObject({ status: 'DISCONNECTED', state: 'disconnected' });
    expect(Date.parse(away.last_seen ?? '')).toBeGreaterThanOrEqual(unpluggedAtMs - 1);
    expect(await service.call('forget_camera', { device })).toEqual({ device, status: 'FORGOTTEN' });
    await expect(status(device)).rejects.toMatchObject({ code: -32010 });
    await service.crashAndRestart();
    await expect(status(device)).rejects.toMatchObject({ code: -32010 });
  }, 90_000);
});
