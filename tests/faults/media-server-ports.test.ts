/**
 * Somebody else has a port of the managed media server: when it is launched, or when it was killed and somebody was
 * quicker. The status says which port by which key; when the port is free again, all is there without a restart.
 */

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { describeMediaServers } from '../contract/servers.ts';
import { barcodesOf } from '../support/frames.ts';
import { TestMediaServer } from '../support/media-server.ts';
import { freePorts } from '../support/ports.ts';
import { rolling } from '../support/rolling.ts';
import { statusThat, wellServer } from '../support/server-status.ts';
import { startService } from '../support/service.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const RESTART = { restart_backoff_ms: 300, restart_backoff_max_ms: 300, health_jitter: [1, 1] };

async function take(port: number): Promise<() => Promise<void>> {
  const holder = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject);
    holder.listen(port, '127.0.0.1', resolve);
  });
  const free = () => new Promise<void>((resolve) => holder.close(() => resolve()));
  onTestFinished(free);
  return free;
}

describeMediaServers('a port of the media server that is taken', (kind) => {
  const service = async (mediamtx: Record<string, unknown>) => {
    const started = await startService(kind, {
      config: { mediamtx: { ...RESTART, ...mediamtx }, service: { reconcile_timeout_ms: 1500 } },
    });
    onTestFinished(() => started.dispose());
    return started;
  };

  test('when it is launched: the service starts without it, names port and key, and has it once the port is free', async () => {
    const [port = 0] = await freePorts(1);
    const free = await take(port);
    const started = await service({ rtsp_port: port });
    const status = await statusThat(
      started,
      ({ media_server: { trouble } }) => trouble?.reason === 'port_taken',
      'the port is named',
    );
    expect(status).toMatchObject({
      state: 'partial',
      media_server: { pid: null },
      missing_parts: [
        {
          part: 'media_server',
          sentence: expect.stringContaining(
            `cannot listen on TCP port ${port} (mediamtx.rtsp_port): something else listens there.`,
          ),
        },
      ],
    });
    await expect(started.call('start_streaming', { device: 'camera0' })).rejects.toMatchObject({
      data: { reason: 'media_server_down' },
    });
    await free();
    await wellServer(started);
    await statusThat(started, ({ state }) => state === 'ready', 'all is well');
    expect((await barcodesOf(started.rtspUrl('camera0'), { frames: 3 })).length).toBe(3);
  });

  test('after it was killed, by a media server that somebody runs by hand: it is not used, and ours is back after it', async () => {
    const [apiPort = 0, rtspPort = 0] = await freePorts(2);
    const started = await service({ api_port: apiPort, rtsp_port: rtspPort });
    const pid = await wellServer(started);
    await started.untilStream('camera0', 'idle');
    const recording = await rolling(started);
    const login = { user: 'theirs', pass: 'theirs', permissions: [{ action: 'api' }] };
    const options = {
      global: { authInternalUsers: [login] },
      authorization: `Basic ${Buffer.from('theirs:theirs').toString('base64')}`,
    };
    const folder = await mkdtemp(join(tmpdir(), 'theirs-'));
    const theirs = new TestMediaServer(kind, options, folder, apiPort, rtspPort);
    onTestFinished(() => theirs.dispose());
    // The service is held meanwhile: it would be quicker.
    process.kill(started.pid, 'SIGSTOP');
    process.kill(pid, 'SIGKILL');
    await until(
      () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '),
      {
        what: 'the killed one has given its ports back',
      },
    );
    await theirs.start().finally(() => process.kill(started.pid, 'SIGCONT'));
    const status = await statusThat(
      started,
      ({ media_server: { trouble } }) => trouble?.reason === 'port_taken',
      'the port is named',
    );
    expect(status).toMatchObject({ state: 'partial', media_server: { pid: null, state: 'unknown' } });
    expect(status.missing_parts[0]?.sentence).toContain(`TCP port ${apiPort} (mediamtx.api_port)`);
    await started.untilRecording('camera0', 'INTERRUPTED');
    await recording.snapshot();
    expect((await theirs.api('GET', '/v3/config/paths/list')).body.items, 'nothing is written to it').toEqual(
      [],
    );
    await theirs.stop('SIGKILL');
    await recording.untilBack();
    const filed = await recording.stop();
    expect(filed.gaps.map(({ cause }) => cause)).toEqual(['media_server_lost']);
    await statusThat(started, ({ state }) => state === 'ready', 'all is well');
  });
});
