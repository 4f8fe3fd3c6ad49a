/** The end of something that runs, for those who wait for it. */

export class Ending<T> {
  readonly #waiting = new Set<(value: T) => void>();
  #over: { readonly value: T } | null = null;

  get isOver(): boolean {
    return this.#over !== null;
  }

  /** Only the first end counts. */
  come(value: T): void {
    if (this.#over !== null) return;
    this.#over = { value };
    for (const tell of this.#waiting) tell(value);
    this.#waiting.clear();
  }

  /** Rejects when the signal is aborted before. */
  wait(signal: AbortSignal): Promise<T> {
    if (this.#over !== null) return Promise.resolve(this.#over.value);
    return new Promise((resolve, reject) => {
      const give = (value: T) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      };
      const abort = () => {
        this.#waiting.delete(give);
        reject(signal.reason as Error);
      };
      this.#waiting.add(give);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }
}
