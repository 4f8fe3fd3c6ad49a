/**
 * Simulated time: actors and the world share it. It goes from one due timer to the next, and may jump over the looks
 * that repeat while nothing happens. Knows no actor.
 */
import type { Clock } from '../machines/ports.ts';
import { TimerQueue } from './timer-queue.ts';

/** `actor`: a look, unless it began when something happened. */
type TimerKind = 'actor' | 'event' | 'look';

interface Timer {
  /** Order of births: of two timers due at once the older one fires first. */
  readonly id: number;
  readonly startedMs: number;
  dueMs: number;
  /** One look of many finds nothing while nothing happens. */
  readonly kind: TimerKind;
  fire(): void;
}

/** Wall time at the beginning: 2026-01-01T00:00:00Z. */
const WALL_ZERO_MS = Date.UTC(2026, 0, 1);

export class SimulatedTime implements Clock {
  #nowMs = 0;
  #births = 0;
  readonly #timers = new Map<number, Timer>();
  #queue = new TimerQueue<Timer>();
  /** Instants at which something happened: a timer that began then is no look. */
  readonly #eventful = new Set<number>();
  #lastEventMs = 0;

  monoMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return WALL_ZERO_MS + this.#nowMs;
  }

  /** When something happened last. */
  get lastEventMs(): number {
    return this.#lastEventMs;
  }

  /** Something happens now: an actor takes a step, the world changes. */
  noteEvent(): void {
    this.#eventful.add(this.#nowMs);
    this.#lastEventMs = this.#nowMs;
  }

  // ---- for actors: what XState asks of a clock

  setTimeout(fire: (...args: unknown[]) => void, delayMs: number): number {
    return this.#add(() => fire(), delayMs, 'actor');
  }

  clearTimeout(id: number): void {
    this.#timers.delete(id);
  }

  // ---- for the world

  /** At this instant, or now when it is over. */
  at(dueMs: number, fire: () => void): void {
    this.#add(fire, dueMs - this.#nowMs, 'event');
  }

  /** Again and again. */
  every(intervalMs: number, look: () => void): void {
    this.#add(
      () => {
        look();
        this.every(intervalMs, look);
      },
      intervalMs,
      'look',
    );
  }

  /** Resolves after this; rejects with `reason` of the signal when that is aborted before. */
  after(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#timers.delete(id);
        reject(signal.reason as Error);
      };
      const id = this.#add(
        () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
        durationMs,
        'event',
      );
      signal.addEventListener('abort', abort);
      if (signal.aborted) abort();
    });
  }

  // ---- for who drives it

  /** Goes to the next instant at which timers are due, `limitMs` at most, and fires them, the older ones first. */
  step(limitMs: number): void {
    const dueMs = this.#soonest()?.dueMs ?? limitMs;
    this.#nowMs = Math.max(this.#nowMs, Math.min(dueMs, limitMs));
    if (dueMs > limitMs) return;
    const due: Timer[] = [];
    for (
      let next = this.#soonest();
      next !== undefined && next.dueMs <= this.#nowMs;
      next = this.#soonest()
    ) {
      due.push(next);
      this.#queue.take();
    }
    for (const timer of due.toSorted((one, other) => one.id - other.id)) {
      // One that fired before may have cleared it.
      if (this.#timers.delete(timer.id)) timer.fire();
    }
  }

  /**
   * Jumps to the next timer that is no look, or to `limitMs`. The looks move with it: each is as far away as before, so
   * that nobody misses a sign of life that nobody could give meanwhile.
   * @returns how far it jumped
   */
  skipLooks(limitMs: number): number {
    const isLook = ({ kind, startedMs }: Timer) =>
      kind === 'look' || (kind === 'actor' && !this.#eventful.has(startedMs));
    const next = this.#next((timer) => !isLook(timer));
    const jumpMs = Math.min(next?.dueMs ?? limitMs, limitMs) - this.#nowMs;
    if (jumpMs <= 0) return 0;
    const starts = new Set<number>();
    for (const timer of this.#timers.values()) {
      if (isLook(timer)) timer.dueMs += jumpMs;
      else starts.add(timer.startedMs);
    }
    for (const instantMs of this.#eventful) if (!starts.has(instantMs)) this.#eventful.delete(instantMs);
    this.#nowMs += jumpMs;
    this.#queue = new TimerQueue(this.#timers.values());
    return jumpMs;
  }

  #add(fire: () => void, delayMs: number, kind: TimerKind): number {
    this.#births += 1;
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    const timer = { id: this.#births, startedMs: this.#nowMs, dueMs, kind, fire };
    this.#timers.set(timer.id, timer);
    this.#queue.add(timer);
    return timer.id;
  }

  /** Those that were cleared leave the queue when they come to its head. */
  #soonest(): Timer | undefined {
    let first = this.#queue.first;
    while (first !== undefined && !this.#timers.has(first.id)) {
      this.#queue.take();
      first = this.#queue.first;
    }
    return first;
  }

  #next(fits: (timer: Timer) => boolean): Timer | undefined {
    let found: Timer | undefined;
    for (const timer of this.#timers.values())
      if (fits(timer) && (found === undefined || timer.dueMs < found.dueMs)) found = timer;
    return found;
  }
}
