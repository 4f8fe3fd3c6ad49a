/**
 * Notifications of one client that are not on their way yet: bounded, in order, coalescing, with a way to hold some
 * back until a reply is out. Knows no socket, so a test can play the socket.
 */
import type { CameraId } from '../../machines/values.ts';
import type { NotificationName } from '../notifications.ts';
import { frame, type Notice } from '../notifier.ts';
import type { Frame } from '../session.ts';

/** What is held back: a notification name and a camera, or every camera. */
type HoldKey = `${NotificationName}:${CameraId | '*'}`;

export class Outbox {
  readonly #limit: number;
  readonly #host: string;
  /** Insertion order is sending order. A coalescing notice has a key of its own, the others a running number. */
  readonly #queue = new Map<string, Notice>();
  readonly #holds = new Map<HoldKey, number>();
  #sequence = 0;
  #dropped = 0;

  /** @param limit notices kept; @param host by which the client reached us */
  constructor(limit: number, host: string) {
    this.#limit = limit;
    this.#host = host;
  }

  /** Queues a notice. The newest word on a camera replaces the unread one; beyond the limit the oldest goes. */
  offer(notice: Notice): void {
    this.#sequence += 1;
    const key = notice.coalesces ? `${notice.name}:${notice.device}` : String(this.#sequence);
    this.#queue.delete(key);
    this.#queue.set(key, notice);
    if (this.#queue.size <= this.#limit) return;
    for (const oldest of this.#queue.keys()) {
      this.#queue.delete(oldest);
      break;
    }
    this.#dropped += 1;
  }

  /** The next frame to send; `lagged` first when something was dropped. undefined: nothing, or all held back. */
  next(): string | undefined {
    if (this.#dropped > 0) {
      const text = frame('lagged', { dropped: this.#dropped });
      this.#dropped = 0;
      return text;
    }
    for (const [key, notice] of this.#queue) {
      if (this.#isHeld(notice)) continue;
      this.#queue.delete(key);
      return notice.textFor(this.#host);
    }
    return undefined;
  }

  /** The holds of one frame that is being answered. `release` after its reply is sent; once. */
  openFrame(): Frame & { release(): void } {
    const taken: HoldKey[] = [];
    return {
      hold: (notification, device) => {
        const key: HoldKey = `${notification}:${device ?? '*'}`;
        taken.push(key);
        this.#holds.set(key, (this.#holds.get(key) ?? 0) + 1);
      },
      release: () => {
        for (const key of taken.splice(0)) {
          const left = (this.#holds.get(key) ?? 1) - 1;
          if (left === 0) this.#holds.delete(key);
          else this.#holds.set(key, left);
        }
      },
    };
  }

  #isHeld({ name, device }: Notice): boolean {
    return this.#holds.size > 0 && (this.#holds.has(`${name}:${device}`) || this.#holds.has(`${name}:*`));
  }
}
