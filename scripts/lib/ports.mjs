/** Ports for the demo: the usual ones where they are free. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Looks this far above a usual port. */
const SEARCH_LENGTH = 200;

/**
 * @param {readonly { key: string, usual: number, udp?: boolean }[]} wanted
 * @returns {Promise<Record<string, number>>} a distinct free port for each key
 */
export async function choosePorts(wanted) {
  const chosen = {};
  for (const { key, usual, udp = false } of wanted) {
    for (let port = usual; chosen[key] === undefined; port++) {
      if (port >= Math.min(usual + SEARCH_LENGTH, 65_536)) throw new Error(`no free port from ${usual} on`);
      if (!Object.values(chosen).includes(port) && (await isFree(port, udp))) chosen[key] = port;
    }
  }
  return chosen;
}

/** Whether nobody listens on a port, on any address. @param {number} port @param {boolean} [udp] */
export function isFree(port, udp = false) {
  return new Promise((resolve) => {
    const socket = udp ? createSocket('udp4') : createServer();
    socket.once('error', () => resolve(false));
    socket.once('listening', () => socket.close(() => resolve(true)));
    if (udp) socket.bind(port, '0.0.0.0');
    else socket.listen(port, '0.0.0.0');
  });
}
