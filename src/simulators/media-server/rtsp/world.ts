/** What connections and sessions need from the server around them. */
import type { Access } from '../auth.ts';
import type { Log } from '../log.ts';
import type { PathManager } from '../paths/path-manager.ts';
import type { RtspConnection } from './connection.ts';
import type { RtspSession } from './session.ts';

export interface RtspWorld {
  readonly log: Log;
  readonly paths: PathManager;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  /** Frames that may wait for one reader. */
  readonly queueFrames: number;
  /** False where `rtspTransports` does not hold tcp: nothing can be set up then. */
  readonly tcpAllowed: boolean;
  /** Decides on a request of this connection. */
  access(
    action: 'publish' | 'read',
    path: string,
    address: string,
    authorization: string | undefined,
  ): Access;
  connectionClosed(connection: RtspConnection): void;
  sessionOpened(session: RtspSession): void;
  sessionClosed(session: RtspSession): void;
}
