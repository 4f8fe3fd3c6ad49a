/** One connection's memory: who it is and how much of it is unanswered. Owned by the socket, written by `authenticate`. */
import type { Principal } from './auth/principal.ts';
import type { NotificationName } from './notifications.ts';

export interface Session {
  /** uuid, told by `authenticate`. */
  readonly id: string;
  /** Address of the peer, for logs. */
  readonly address: string;
  /** Host name by which the client reached us, for stream URLs. */
  readonly host: string;
  principal: Principal | null;
  /** Calls whose answer is still to come. */
  pending: number;
  /** Whether it has asked for `inspection_update`. */
  inspects: boolean;
}

/**
 * The frame being answered. Notifications that its calls cause are held back for this client until the answer is
 * on its way: a reply is sent before the notifications it causes.
 */
export interface Frame {
  /** @param device null: of every camera */
  hold(notification: NotificationName, device: string | null): void;
}
