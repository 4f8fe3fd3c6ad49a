/** The service as it is shipped, but on small synthetic cameras, free ports and a log file, like a real one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MediaServerKind } from '../../../tests/support/media-server.ts';
import { type ServiceOptions, startService, type TestService } from '../../../tests/support/service.ts';

/** Starts it; `dispose` removes all, the log too. @throws Error with its last words */
export async function startMeasured(
  server: MediaServerKind,
  { cameras = 1, config = {} }: Pick<ServiceOptions, 'cameras' | 'config'> = {},
): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), 'cs-log-'));
  const logging = { ...config.logging, file: join(folder, 'service.log') };
  const service = await startService(server, {
    ...{ cameras, limits: 'shipped' },
    config: { ...config, logging },
  });
  const dispose = service.dispose.bind(service);
  service.dispose = async () => {
    await dispose();
    await rm(folder, { recursive: true, force: true });
  };
  return service;
}

/** Starts the captures of the first cameras and waits until their pictures flow. */
export async function goLive(service: TestService, count: number): Promise<void> {
  const cameras = Array.from({ length: count }, (_, i) => `camera${i}`);
  await Promise.all(cameras.map((device) => service.call('start_streaming', { device })));
  for (const camera of cameras) await service.untilStream(camera, 'live.flowing', 60_000);
}
