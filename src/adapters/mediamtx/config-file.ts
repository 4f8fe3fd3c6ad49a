/**
 * The YAML of a managed server: viewers may read from anywhere, captures publish from this host with a password, the
 * API answers on loopback to one user, everything else is off. Holds every path as it should be from the first
 * millisecond. Written only while no server runs: MediaMTX watches it and would drop everything on a change.
 */
import { isIP } from 'node:net';
import { stringify } from 'yaml';
import { CameraError } from '../../machines/errors.ts';
import type { PathEntry } from '../../machines/values.ts';
import { writeDurably } from '../process/durable-file.ts';
import { listener, publishHost, type ServerAddresses } from './addresses.ts';
import type { ServerCredentials } from './credentials.ts';
import { type PathSettings, pathConfiguration } from './path-entry.ts';

export interface ConfigFileSettings {
  readonly addresses: ServerAddresses;
  readonly credentials: ServerCredentials;
  readonly paths: PathSettings;
  /** Names or addresses that browsers are told for WebRTC, beside those of the interfaces. Default none. */
  readonly webrtcAdditionalHosts?: readonly string[];
}

const LOOPBACK = ['127.0.0.1', '::1'];
/** As MediaMTX matches it: our own paths and no others. */
const OUR_PATHS = '~^(camera|source)[0-9]+$';

/** The whole file. Holds passwords. @throws CameraError bad-params for unsafe names */
export function configFileText(settings: ConfigFileSettings, entries: readonly PathEntry[]): string {
  const paths = entries.map((entry) => [entry.name, pathConfiguration(entry, settings.paths)]);
  const content = { ...general(settings), ...viewerServers(settings), paths: Object.fromEntries(paths) };
  // Quoted values: MediaMTX reads a bare `no`, `on` or `1_0` in ways of its own.
  return stringify(content, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
}

/** Writes it atomically, mode 0600. @throws CameraError storage | bad-params */
export async function writeConfigFile(
  file: string,
  settings: ConfigFileSettings,
  entries: readonly PathEntry[],
): Promise<void> {
  const text = configFileText(settings, entries);
  await writeDurably(file, text).catch((cause: unknown) => {
    throw new CameraError('storage', 'The media server’s configuration cannot be written', { cause });
  });
}

function general({ addresses, credentials }: ConfigFileSettings): Record<string, unknown> {
  const publishers = new Set(
    [...LOOPBACK, publishHost(addresses.viewerAddress)].filter((host) => isIP(host)),
  );
  return {
    logLevel: 'info',
    logDestinations: ['stdout'],
    authMethod: 'internal',
    authInternalUsers: [
      { ...loginOf(credentials.api), ips: LOOPBACK, permissions: [{ action: 'api' }] },
      {
        ...loginOf(credentials.publisher),
        ips: [...publishers],
        permissions: [{ action: 'publish', path: OUR_PATHS }],
      },
      { user: 'any', pass: '', ips: [], permissions: [{ action: 'read', path: OUR_PATHS }] },
    ],
    api: true,
    apiAddress: listener('127.0.0.1', addresses.apiPort),
    apiAllowOrigins: [],
    metrics: false,
    pprof: false,
    playback: false,
    rtmp: false,
    srt: false,
    moq: false,
  };
}

function viewerServers({ addresses, webrtcAdditionalHosts }: ConfigFileSettings): Record<string, unknown> {
  const { viewerAddress, rtspPort, hlsPort, webrtc } = addresses;
  return {
    rtsp: true,
    rtspTransports: ['tcp'],
    rtspEncryption: 'no',
    rtspAddress: listener(viewerAddress, rtspPort),
    hls: hlsPort !== null,
    ...(hlsPort === null ? {} : { hlsAddress: listener(viewerAddress, hlsPort) }),
    webrtc: webrtc !== null,
    ...(webrtc === null
      ? {}
      : {
          webrtcAddress: listener(viewerAddress, webrtc.httpPort),
          webrtcLocalUDPAddress: listener(viewerAddress, webrtc.udpPort),
          webrtcAdditionalHosts: webrtcAdditionalHosts ?? [],
        }),
  };
}

function loginOf(login: { user: string; password: string }): { user: string; pass: string } {
  return { user: login.user, pass: login.password };
}
