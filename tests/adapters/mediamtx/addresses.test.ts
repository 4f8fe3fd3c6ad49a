import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { assertPortsFree, listener, publishUrl } from '../../../src/adapters/mediamtx/addresses.ts';
import { freePorts } from './odd-server.ts';

async function addresses() {
  const [apiPort, rtspPort, hlsPort, httpPort, udpPort] = (await freePorts(5)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return { viewerAddress: '127.0.0.1', apiPort, rtspPort, hlsPort, webrtc: { httpPort, udpPort } };
}

test('free ports are given back after they were tried', async () => {
  const free = await addresses();
  await assertPortsFree(free);
  await assertPortsFree(free);
});

test.each([
  ['mediamtx.api_port', (all: Awaited<ReturnType<typeof addresses>>) => all.apiPort],
  ['mediamtx.rtsp_port', (all: Awaited<ReturnType<typeof addresses>>) => all.rtspPort],
  ['mediamtx.hls_port', (all: Awaited<ReturnType<typeof addresses>>) => all.hlsPort],
  ['mediamtx.webrtc_port', (all: Awaited<ReturnType<typeof addresses>>) => all.webrtc.httpPort],
])('a taken %s is named', async (key, portOf) => {
  const all = await addresses();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(portOf(all), '127.0.0.1', resolve));
  await expect(assertPortsFree(all)).rejects.toMatchObject({
    ...{ code: 'media-server-unreachable', reason: 'port_taken', facts: { key, port: portOf(all) } },
    message: expect.stringContaining(`TCP port ${portOf(all)} (${key})`),
  });
  await new Promise((resolve) => squatter.close(resolve));
  await assertPortsFree(all);
});

test('a taken UDP port is named, but only where WebRTC is on', async () => {
  const all = await addresses();
  const squatter = createSocket('udp4');
  await new Promise<void>((resolve) => squatter.bind(all.webrtc.udpPort, '127.0.0.1', resolve));
  await expect(assertPortsFree(all)).rejects.toMatchObject({ facts: { key: 'mediamtx.webrtc_udp_port' } });
  await assertPortsFree({ ...all, webrtc: null });
  squatter.close();
});

test('an address that this host does not have is not called taken', async () => {
  const elsewhere = { ...(await addresses()), viewerAddress: '192.0.2.7' };
  await expect(assertPortsFree(elsewhere)).rejects.toMatchObject({
    ...{ reason: 'port_unusable', facts: { key: 'mediamtx.rtsp_port' } },
  });
});

test('addresses and URLs take IPv6 in brackets and a login only where there is one', () => {
  expect(listener('::1', 8554)).toBe('[::1]:8554');
  expect(publishUrl({ host: '::1', rtspPort: 8554, publisher: null }, 'camera0')).toBe(
    'rtsp://[::1]:8554/camera0',
  );
  const publisher = { user: 'u', password: 'p' };
  expect(publishUrl({ host: 'host', rtspPort: 1, publisher }, 'camera0')).toBe('rtsp://u:p@host:1/camera0');
});
