/** Addresses as the configuration writes them: "127.0.0.1:9997", ":9997", "[::1]:9997". */
import type { Server } from 'node:net';

export interface ListenAddress {
  /** Undefined: every address of the machine. */
  readonly host: string | undefined;
  readonly port: number;
}

/** @throws Error for anything that is no address with a port */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new Error(`listen tcp: address ${text}: invalid address`);
  return { host: match[1] ?? (match[2] === '' ? undefined : match[2]), port };
}

/** Resolves once the server listens. @throws Error when the address cannot be had */
export function listen(server: Server, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host, port } = parseListenAddress(text);
    const failed = (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'address already in use' : error.message;
      reject(new Error(`listen tcp ${text}: bind: ${why}`));
    };
    server.once('error', failed);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', failed);
      server.on('error', () => undefined);
      resolve();
    });
  });
}
