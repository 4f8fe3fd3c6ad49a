/** What a session does: publish or read. Decided by its first request and never changed. */

import type { RtspConnection } from './connection.ts';
import type { SessionCounters } from './counters.ts';
import type { Answer, InterleavedFrame, RtspRequest } from './message.ts';
import type { Target } from './target.ts';
import type { TransportWish } from './transport.ts';
import type { RtspWorld } from './world.ts';

/** The session as its role sees it. */
export interface RoleSession {
  /** The API's id, a UUID. */
  readonly id: string;
  readonly connection: RtspConnection;
  readonly world: RtspWorld;
  readonly counters: SessionCounters;
  log(level: 'info' | 'warn', text: string): void;
  /** Drops the connection and the session with it. */
  close(): void;
}

export interface Role {
  readonly target: Target;
  /** Packets flow: after PLAY or RECORD, until PAUSE. */
  readonly active: boolean;
  /** Name of the user whose credentials were given, "" for none. */
  readonly user: string;
  readonly lostPackets: number;
  readonly discardedFrames: number;
  /** @throws Refusal: 400 and the connection ends */
  setup(request: RtspRequest, wish: TransportWish): Promise<Answer>;
  /** PLAY for a reader, RECORD for a publisher. @throws Refusal */
  start(request: RtspRequest): Answer;
  /** Stops the packets; `start` may follow. */
  pause(): void;
  frame(frame: InterleavedFrame): void;
  /** The session is over: leaves the path. */
  leave(): void;
}
