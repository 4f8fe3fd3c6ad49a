/** What is due, soonest first: a binary heap, so that ten thousand cameras cost no more each than ten. Pure. */

interface Due {
  readonly dueMs: number;
}

export class TimerQueue<T extends Due> {
  readonly #heap: T[] = [];

  constructor(timers: Iterable<T> = []) {
    for (const timer of timers) this.add(timer);
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(timer: T): void {
    const heap = this.#heap;
    let place = heap.length;
    heap.push(timer);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (heap[above]!.dueMs <= timer.dueMs) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = timer;
  }

  /** The first leaves. */
  take(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.dueMs < heap[below]!.dueMs) below += 1;
      if (heap[below]!.dueMs >= last.dueMs) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
  }
}
