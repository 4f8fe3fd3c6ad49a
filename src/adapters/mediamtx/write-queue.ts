/**
 * One write at a time per media server: an unanswered write may be applied after a newer one that was answered,
 * so the next starts only when the last was answered or given up. Never repeats or reorders anything.
 */
import { CameraError } from '../../machines/errors.ts';

export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Writes that wait or run. */
  get length(): number {
    return this.#waiting;
  }

  /**
   * Runs `write` after all earlier ones. An abort before its turn means it is never sent; an abort while it runs
   * frees the caller, but the queue waits for the answer, because the order is already on its way.
   * @throws CameraError cancelled, or whatever the write throws
   */
  run<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#waiting += 1;
    const turn = this.#last.then(async () => {
      if (signal.aborted) throw cancelled();
      return await write();
    });
    const settled = turn.finally(() => {
      this.#waiting -= 1;
    });
    this.#last = settled.catch(() => undefined);
    return abandonable(settled, signal);
  }
}

function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abandon = () => reject(cancelled());
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
  });
}

function cancelled(): CameraError {
  return new CameraError('cancelled', 'The write to the media server was called off');
}
