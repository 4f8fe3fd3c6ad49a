/**
 * One service per data directory. The lock is an abstract unix socket: the kernel frees it on any death, no file
 * can be left behind, and whoever finds it taken can ask it for the holder's pid.
 * Limit: the kernel keeps these names per network namespace. Two containers with networks of their own that share
 * one data directory do not see each other's lock.
 */
import { createHash } from 'node:crypto';
import { chmod, readlink, realpath } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { CameraError } from '../../machines/errors.ts';
import { readDataId } from './data-id.ts';

const ANSWER_TIMEOUT_MS = 1000;

export interface DataLock {
  readonly dataId: string;
  /** For tests and an orderly end; a death does the same. */
  release(): Promise<void>;
}

/**
 * Takes the lock and holds it for as long as this process lives. Makes the directory (0700) where it is missing.
 * @throws CameraError wrong-state, reason `data_directory_locked`, facts `{pid}` (null: the holder did not answer)
 * @throws CameraError storage when the directory cannot be used
 */
export async function lockDataDirectory(dataDirectory: string): Promise<DataLock> {
  const dataId = await readDataId(dataDirectory);
  // Left as it is where it belongs to somebody else.
  await chmod(dataDirectory, 0o700).catch(() => {});
  // The id finds the same directory under another path or mount; the path finds it after it was removed and made again.
  // The mount namespace keeps apart containers that use one path for directories of their own.
  const mounts = await readlink('/proc/self/ns/mnt').catch(() => '');
  const names = [`id ${dataId}`, `path ${mounts} ${await realpath(dataDirectory)}`];
  const held: Server[] = [];
  try {
    for (const name of names) held.push(await bind(socketName(name)));
  } catch (error) {
    await Promise.all(held.map(close));
    throw error;
  }
  return {
    dataId,
    release: async () => {
      await Promise.all(held.map(close));
    },
  };
}

/** All 108 bytes are used: Node 20 fills shorter names up with zeros and Node 24 does not, so they would differ. */
function socketName(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return `\0camera-service-lock-${digest}`.padEnd(108, '-');
}

async function bind(name: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(`${process.pid}\n`);
  });
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    server.once('error', resolve);
    server.listen(name, () => resolve(null));
  });
  if (!error) {
    server.on('error', () => {});
    return server.unref();
  }
  if (error.code !== 'EADDRINUSE') {
    throw new CameraError('internal', `The data directory could not be locked (${error.code})`, {
      cause: error,
    });
  }
  const pid = await askHolder(name);
  throw new CameraError(
    'wrong-state',
    `The data directory is in use by another service${pid === null ? '' : `, process ${pid}`}`,
    { reason: 'data_directory_locked', facts: { pid }, suggestion: 'Stop that service first.' },
  );
}

function askHolder(name: string): Promise<number | null> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(name);
    socket.setEncoding('utf8').setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(/^\d+\n$/.test(answer) ? Number(answer) : null));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
