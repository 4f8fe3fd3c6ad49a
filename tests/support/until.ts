/** Waiting in tests: for a state, an event or a file, never for time to pass. */

export interface UntilOptions {
  /** Real milliseconds until it fails. Default 5000. */
  readonly timeoutMs?: number;
  /** What is waited for, for the failure's message. */
  readonly what: string | (() => string);
  /** Default 10. */
  readonly intervalMs?: number;
}

/**
 * Calls `look` until it gives something other than false, null or undefined, and resolves with that.
 * @throws Error naming what did not happen; the last error of `look` is its cause
 */
export async function until<T>(
  look: () => T | Promise<T>,
  options: UntilOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + (options.timeoutMs ?? 5000);
  let lastError: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen !== false && seen !== null && seen !== undefined)
        return seen as Exclude<T, false | null | undefined>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      const what = typeof options.what === 'string' ? options.what : options.what();
      throw new Error(`Not within ${options.timeoutMs ?? 5000} ms: ${what}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 10));
  }
}

/**
 * Looks again and again for a while and fails as soon as `holds` does not: for what must not happen.
 * @throws Error with `what` when it stopped to hold
 */
export async function throughout(
  holds: () => boolean | Promise<boolean>,
  options: {
    /** A number of milliseconds, or until this is true. */
    readonly durationMs: number | (() => boolean);
    readonly what: string | (() => string);
    /** Default 20. */
    readonly intervalMs?: number;
  },
): Promise<void> {
  const { durationMs, what, intervalMs = 20 } = options;
  const startedMs = performance.now();
  const over = () =>
    typeof durationMs === 'number' ? performance.now() - startedMs >= durationMs : durationMs();
  while (!over()) {
    if (!(await holds())) {
      const afterMs = Math.round(performance.now() - startedMs);
      throw new Error(`Did not hold after ${afterMs} ms: ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
