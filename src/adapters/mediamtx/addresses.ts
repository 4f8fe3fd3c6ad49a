/**
 * Where a managed server listens and how it is reached from this host. Viewers get the configured address, all
 * else is loopback. Pure but for `assertPortsFree`, which tries each port and gives it back at once.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { CameraError } from '../../machines/errors.ts';
import type { Login } from './credentials.ts';

export interface ServerAddresses {
  /** On which RTSP, HLS and WebRTC answer viewers: an IP address. */
  readonly viewerAddress: string;
  readonly apiPort: number;
  readonly rtspPort: number;
  /** null: HLS is off. */
  readonly hlsPort: number | null;
  /** null: WebRTC is off. */
  readonly webrtc: { readonly httpPort: number; readonly udpPort: number } | null;
}

const LOOPBACK = '127.0.0.1';
const REACHED_BY_LOOPBACK = new Set(['0.0.0.0', '::', LOOPBACK, 'localhost']);

/** `host:port` as MediaMTX takes it; an IPv6 address gets brackets. */
export function listener(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The host by which a capture on this machine reaches RTSP. */
export function publishHost(viewerAddress: string): string {
  return REACHED_BY_LOOPBACK.has(viewerAddress) ? LOOPBACK : viewerAddress;
}

/** Where captures publish: `publishHost` of a managed server, the configured host of an external one. */
export interface PublishTarget {
  readonly host: string;
  readonly rtspPort: number;
  /** null: the server asks for none. */
  readonly publisher: Login | null;
}

/** The URL a capture publishes to. Holds the publisher's password: never to be logged or shown. */
export function publishUrl({ host, rtspPort, publisher }: PublishTarget, path: string): string {
  const login = publisher === null ? '' : `${publisher.user}:${publisher.password}@`;
  return `rtsp://${login}${listener(host, rtspPort)}/${path}`;
}

/**
 * MediaMTX ends at once where one of its ports is taken, and says so only in its log. So each is tried before.
 * @throws CameraError media-server-unreachable, reason port_taken, naming the configuration key
 */
export async function assertPortsFree(addresses: ServerAddresses): Promise<void> {
  const { viewerAddress, apiPort, rtspPort, hlsPort, webrtc } = addresses;
  await assertTcpFree('mediamtx.api_port', LOOPBACK, apiPort);
  await assertTcpFree('mediamtx.rtsp_port', viewerAddress, rtspPort);
  if (hlsPort !== null) await assertTcpFree('mediamtx.hls_port', viewerAddress, hlsPort);
  if (webrtc === null) return;
  await assertTcpFree('mediamtx.webrtc_port', viewerAddress, webrtc.httpPort);
  await assertUdpFree('mediamtx.webrtc_udp_port', viewerAddress, webrtc.udpPort);
}

async function assertTcpFree(key: string, host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  }).catch((error: unknown) => {
    throw notFree(key, port, 'TCP', error);
  });
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

async function assertUdpFree(key: string, host: string, port: number): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw notFree(key, port, 'UDP', error);
  } finally {
    socket.close();
  }
}

function notFree(key: string, port: number, protocol: 'TCP' | 'UDP', cause: unknown): CameraError {
  const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
  const why = taken ? 'something else listens there' : 'this host does not allow it';
  return new CameraError(
    'media-server-unreachable',
    `The media server cannot listen on ${protocol} port ${port} (${key}): ${why}`,
    {
      reason: taken ? 'port_taken' : 'port_unusable',
      suggestion: `End the other program, or set ${key} to a free port.`,
      facts: { key, port },
      cause,
    },
  );
}
