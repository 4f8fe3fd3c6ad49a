/**
 * The kernel's table of sockets, and which process holds one: who is at the other end of a connection on this host.
 * Reads /proc only. A process of another user holds sockets that nobody else may see.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { endianness } from 'node:os';

export interface IpSocket {
  /** Without brackets; an IPv4 address stays one also in a table of IPv6. */
  readonly address: string;
  readonly port: number;
  readonly userId: number;
  /** 0: nobody holds it any more. */
  readonly inode: number;
}

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'];
const MAPPED_IPV4 = /^0000:0000:0000:0000:0000:ffff:(..)(..):(..)(..)$/;

/** Local ends of all sockets in our network, TCP before UDP. */
export async function listSockets(): Promise<readonly IpSocket[]> {
  const tables = TABLES.map((name) => readFile(`/proc/self/net/${name}`, 'latin1').catch(() => ''));
  return (await Promise.all(tables)).flatMap((text) => text.split('\n').slice(1).flatMap(parseLine));
}

/** The process that holds this socket; looked for in these first. Null where none may be seen. */
export async function holderOf(inode: number, first: readonly number[] = []): Promise<number | null> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of new Set([...first, ...pids])) if (await holds(pid, inode)) return pid;
  return null;
}

/** A process's name without its arguments; null when it is gone. */
export async function commandOf(pid: number): Promise<string | null> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() || null;
}

/** `127.0.0.1:1234` or `[::1]:1234`; null for anything else. */
export function parseEndpoint(text: string): { readonly address: string; readonly port: number } | null {
  const match = /^\[?([^\]%]+)(?:%[^\]]*)?\]?:(\d+)$/.exec(text);
  if (match === null) return null;
  return { address: plainAddress(match[1] ?? ''), port: Number(match[2]) };
}

async function holds(pid: number, inode: number): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const name of await readdir(folder).catch(() => [])) {
    if ((await readlink(`${folder}/${name}`).catch(() => '')) === `socket:[${inode}]`) return true;
  }
  return false;
}

/** Columns as in proc(5): `sl local remote st queues timer retransmits uid timeout inode`. */
function parseLine(line: string): IpSocket[] {
  const fields = line.trim().split(/\s+/);
  const [hex, port] = (fields[1] ?? '').split(':');
  if (hex === undefined || port === undefined || fields.length < 10) return [];
  return [
    {
      address: addressOf(hex),
      port: Number.parseInt(port, 16),
      userId: Number(fields[7]),
      inode: Number(fields[9]),
    },
  ];
}

/** Words of 32 bits, each printed as the processor keeps it. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => {
    const pairs = word.match(/../g) ?? [];
    return endianness() === 'LE' ? pairs.reverse() : pairs;
  });
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  return plainAddress((bytes.join('').match(/.{4}/g) ?? []).join(':').toLowerCase());
}

/** One spelling for each address, IPv6 in full. */
function plainAddress(address: string): string {
  if (!address.includes(':')) return address;
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted !== null) return dotted.slice(2).join('.');
  const [head = '', tail] = address.toLowerCase().split('::');
  const start = head === '' ? [] : head.split(':');
  const end = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - start.length - end.length).fill('0');
  const full = [...start, ...(tail === undefined ? [] : zeros), ...end].map((word) => word.padStart(4, '0'));
  const mapped = MAPPED_IPV4.exec(full.join(':'));
  return mapped === null
    ? full.join(':')
    : mapped
        .slice(1)
        .map((byte) => Number.parseInt(byte, 16))
        .join('.');
}
