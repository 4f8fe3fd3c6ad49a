/**
 * The port `PathPublishers`: tells our capture's connection to the media server from everybody else's, by the socket at
 * its other end. Whoever cannot be told from ours (its address was translated, or it is just closing) is left alone.
 * Ends connections in the media server only, never a process.
 */
import { networkInterfaces } from 'node:os';
import type { PathPublishers } from '../../machines/ports.ts';
import type { PathPublisher, ProcessIdentity } from '../../machines/values.ts';
import { commandOf, holderOf, listSockets, parseEndpoint } from '../process/ip-sockets.ts';
import { readMark } from '../process/proc-table.ts';
import type { ControlApi, PublishingConnection } from './control-api.ts';

/** As people call the server's kinds of connections. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  rtspSession: 'RTSP',
  rtspsSession: 'RTSPS',
  rtmpConn: 'RTMP',
  rtmpsConn: 'RTMPS',
  srtConn: 'SRT',
  webRTCSession: 'WebRTC',
  moqSession: 'MoQ',
};

export class PublishersOnPaths implements PathPublishers {
  readonly #api: Pick<ControlApi, 'publishers' | 'disconnect'>;

  constructor(api: Pick<ControlApi, 'publishers' | 'disconnect'>) {
    this.#api = api;
  }

  async others(
    path: string,
    capture: ProcessIdentity,
    signal: AbortSignal,
  ): Promise<readonly PathPublisher[]> {
    const others: PathPublisher[] = [];
    for (const connection of await this.#api.publishers(path, signal)) {
      const other = await foreign(connection, capture);
      if (other !== null) others.push(other);
    }
    return others;
  }

  async disconnect(publisher: PathPublisher, signal: AbortSignal): Promise<void> {
    await this.#api.disconnect(publisher, signal);
  }
}

/** Null unless it is certainly not our capture's. */
async function foreign(
  connection: PublishingConnection,
  capture: ProcessIdentity,
): Promise<PathPublisher | null> {
  const { kind, id, remoteAddress } = connection;
  const somebody = { protocol: PROTOCOLS[kind] ?? kind, kind, id, remoteAddress, process: null };
  const end = parseEndpoint(remoteAddress);
  // More than one: a port may be used again towards another address.
  const sockets =
    end === null
      ? []
      : (await listSockets()).filter(({ address, port }) => port === end.port && address === end.address);
  const held = sockets.filter(({ inode }) => inode !== 0);
  const pids = await Promise.all(held.map(({ inode }) => holderOf(inode, [capture.pid])));
  for (const pid of pids) {
    if (pid === capture.pid || (pid !== null && (await readMark(pid)) === capture.mark)) return null;
  }
  const pid = pids.find((found) => found !== null) ?? null;
  if (pid !== null) {
    const command = await commandOf(pid);
    return { ...somebody, process: command === null ? null : { pid, command } };
  }
  // Our captures speak RTSP only.
  if (kind !== 'rtspSession') return somebody;
  if (end === null) return null;
  const ourUser = process.getuid?.();
  if (sockets.length > 0) return held.some(({ userId }) => userId !== ourUser) ? somebody : null;
  return isOurAddress(end.address) ? null : somebody;
}

function isOurAddress(address: string): boolean {
  if (address.startsWith('127.')) return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return own.some((one) => parseEndpoint(`[${one.address}]:0`)?.address === address);
}
