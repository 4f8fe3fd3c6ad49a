import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { publishHost } from '../../../src/adapters/mediamtx/addresses.ts';
import { configFileText } from '../../../src/adapters/mediamtx/config-file.ts';
import { keepCredentials } from '../../../src/adapters/mediamtx/credentials.ts';
import { buildHouse, never, servers } from './house.ts';
import { freePorts } from './odd-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

const login = (word: string) => ({ user: `${word}-user`, password: `${word}-password` });
const settings = {
  addresses: {
    ...{ viewerAddress: '0.0.0.0', apiPort: 9997, rtspPort: 8554, hlsPort: 8888 },
    webrtc: { httpPort: 8889, udpPort: 8189 },
  },
  credentials: { api: login('api'), publisher: login('publisher') },
  paths: { demandFolder: '/run/x/demand', recordingsFolder: '/var/x', recordPartDurationMs: 1000 },
};
const entry = { name: 'camera0', demandStartTimeoutMs: 10_000, record: null };

test('viewers may read from anywhere, captures publish from here, the API has one user on loopback', () => {
  const file = parse(configFileText(settings, [entry]));
  expect(file.apiAddress).toBe('127.0.0.1:9997');
  expect(file.rtspAddress).toBe('0.0.0.0:8554');
  expect([file.hlsAddress, file.webrtcAddress, file.webrtcLocalUDPAddress]).toEqual([
    ...['0.0.0.0:8888', '0.0.0.0:8889', '0.0.0.0:8189'],
  ]);
  expect(file.authInternalUsers).toEqual([
    { user: 'api-user', pass: 'api-password', ips: ['127.0.0.1', '::1'], permissions: [{ action: 'api' }] },
    {
      ...{ user: 'publisher-user', pass: 'publisher-password', ips: ['127.0.0.1', '::1'] },
      permissions: [{ action: 'publish', path: '~^(camera|source)[0-9]+$' }],
    },
    { user: 'any', pass: '', ips: [], permissions: [{ action: 'read', path: '~^(camera|source)[0-9]+$' }] },
  ]);
  for (const key of ['rtmp', 'srt', 'moq', 'playback', 'metrics', 'pprof'])
    expect(file[key], key).toBe(false);
  expect(file.rtspTransports).toEqual(['tcp']);
  expect(file.paths.camera0).toMatchObject({ source: 'publisher', record: false });
});

test('HLS and WebRTC are off without ports, and their addresses are not given', () => {
  const addresses = { ...settings.addresses, hlsPort: null, webrtc: null };
  const file = parse(configFileText({ ...settings, addresses }, []));
  expect(file).toMatchObject({ hls: false, webrtc: false, paths: {} });
  expect(Object.keys(file).filter((key) => /^(hls|webrtc)./.test(key))).toEqual([]);
});

test('captures reach a server that listens on one address of the network only', () => {
  const addresses = { ...settings.addresses, viewerAddress: '192.0.2.7' };
  const file = parse(configFileText({ ...settings, addresses }, []));
  expect(file.authInternalUsers[1].ips).toContain('192.0.2.7');
  expect(publishHost('192.0.2.7')).toBe('192.0.2.7');
  expect(publishHost('::')).toBe('127.0.0.1');
  const everywhere = { ...addresses, viewerAddress: '::' };
  expect(parse(configFileText({ ...settings, addresses: everywhere }, [])).rtspAddress).toBe('[::]:8554');
});

test('the users are made once, kept in a 0600 file, and made anew where the file is broken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'users-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'data/users.json');
  const made = await keepCredentials(file);
  expect(await keepCredentials(file)).toEqual(made);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(made.api.password).not.toBe(made.publisher.password);
  expect(made.api.password.length).toBeGreaterThanOrEqual(32);
  await writeFile(file, '{"api":', { mode: 0o644 });
  const anew = await keepCredentials(file);
  expect(anew.api.password).not.toBe(made.api.password);
  expect(await readFile(file, 'utf8')).toContain(anew.api.password);
  await expect(keepCredentials('/proc/users.json')).rejects.toMatchObject({ code: 'storage' });
});

test.each(servers)('%s listens where the file says and nowhere else', async (_, which) => {
  const [hlsPort, httpPort, udpPort] = await freePorts(3);
  const withPages = which.kind === 'mediamtx';
  const house = await buildHouse(which, {
    hlsPort: hlsPort!,
    webrtc: { httpPort: httpPort!, udpPort: udpPort! },
  });
  cleanups.push(() => house.close());
  const { pid } = await house.server.launch([entry], never);
  await house.ready();
  const { apiPort, rtspPort } = house.addresses;
  // The simulator has no HLS and no WebRTC; it only has to accept the keys.
  const tcp = withPages ? [apiPort, rtspPort, hlsPort!, httpPort!] : [apiPort, rtspPort];
  const seen = await listening(pid);
  expect(seen.tcp.toSorted()).toEqual(tcp.map((port) => `127.0.0.1:${port}`).toSorted());
  expect(seen.udp).toEqual(withPages ? [`127.0.0.1:${udpPort}`] : []);
});

/** `address:port` of every socket on which a process listens. */
async function listening(pid: number): Promise<{ tcp: string[]; udp: string[] }> {
  const inodes = new Set<string>();
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const inode = /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  const LISTEN = '0A';
  const UNCONNECTED = '07';
  const of = (table: string, state: string) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9] ?? '') && fields[3] === state)
      .map((fields) => socketAddress(fields[1]!));
  return {
    tcp: [...of('tcp', LISTEN), ...of('tcp6', LISTEN)],
    udp: [...of('udp', UNCONNECTED), ...of('udp6', UNCONNECTED)],
  };
}

function socketAddress(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const bytes = Buffer.from(address, 'hex').reverse();
  return `${address.length === 8 ? bytes.join('.') : address}:${Number.parseInt(port, 16)}`;
}
