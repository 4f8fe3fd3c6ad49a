/**
 * Frames on their way to one reader. What the connection does not take at once waits here, up to a limit;
 * beyond it frames are dropped for this reader alone. A connection that takes nothing for the write timeout
 * is given up.
 */
import type { Socket } from 'node:net';

const REPORT_INTERVAL_MS = 1000;

export class FrameQueue {
  discarded = 0;
  readonly #socket: Socket;
  readonly #limit: number;
  readonly #giveUp: () => void;
  readonly #writeTimeoutMs: number;
  #waiting: Buffer[] = [];
  #stuck: NodeJS.Timeout | null = null;
  readonly #report: NodeJS.Timeout;
  readonly #drained = () => this.#drain();

  /**
   * @param limit frames
   * @param tooSlow told at most once a second how many frames were dropped since
   * @param giveUp told when the connection took nothing for `writeTimeoutMs`
   */
  constructor(
    socket: Socket,
    limit: number,
    writeTimeoutMs: number,
    tooSlow: (frames: number) => void,
    giveUp: () => void,
  ) {
    this.#socket = socket;
    this.#limit = limit;
    this.#writeTimeoutMs = writeTimeoutMs;
    this.#giveUp = giveUp;
    socket.on('drain', this.#drained);
    let reported = 0;
    this.#report = setInterval(() => {
      if (this.discarded > reported) tooSlow(this.discarded - reported);
      reported = this.discarded;
    }, REPORT_INTERVAL_MS);
  }

  /** Returns false when the frame was dropped. */
  push(frame: Buffer): boolean {
    if (this.#stuck === null) {
      this.#write(frame);
      return true;
    }
    if (this.#waiting.length >= this.#limit) {
      this.discarded++;
      return false;
    }
    this.#waiting.push(frame);
    return true;
  }

  /** Forgets what waits. */
  close(): void {
    clearInterval(this.#report);
    this.#free();
    this.#socket.off('drain', this.#drained);
    this.#waiting = [];
  }

  #write(frame: Buffer): void {
    if (!this.#socket.write(frame)) this.#stuck = setTimeout(this.#giveUp, this.#writeTimeoutMs);
  }

  #drain(): void {
    this.#free();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [index, frame] of waiting.entries()) {
      if (this.#stuck !== null) {
        this.#waiting = waiting.slice(index);
        return;
      }
      this.#write(frame);
    }
  }

  #free(): void {
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    this.#stuck = null;
  }
}
