/** What every method may use. It holds no state of its own. */
import type { Clock, FileShelf } from '../machines/ports.ts';
import type { Doorkeeper } from './auth/doorkeeper.ts';
import type { Door } from './door.ts';
import type { ApiLog } from './log.ts';
import type { Session } from './session.ts';
import type { ApiSettings } from './settings.ts';

export interface Desk {
  readonly door: Door;
  readonly shelf: FileShelf;
  readonly settings: ApiSettings;
  readonly doorkeeper: Doorkeeper;
  readonly clock: Clock;
  readonly log: ApiLog;
  /** WebSocket clients at this moment. */
  clientCount(): number;
  /** Set once the service stops: calls are refused, `ping` is answered. */
  isRefusing(): boolean;
}

/** One call on its way through a method. */
export interface Call {
  readonly desk: Desk;
  readonly session: Session;
  /** Also the reply's request_id and the log's. */
  readonly correlationId: string;
  /** Wall clock at arrival, epoch milliseconds. */
  readonly nowMs: number;
}
