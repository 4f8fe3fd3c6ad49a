/**
 * Texts of results that follow from the actors' views: made once, and kept until an actor takes a step, so that
 * clients who poll cost little more than the socket. Ages in a result (`uptime`) are late by at most KEPT_MS.
 */

const KEPT_MS = 100;
/** Each client may name another host or other parameters; beyond this all are made anew. */
const MOST_TEXTS = 256;

export class KeptResults {
  readonly #texts = new Map<string, string>();
  #revision = -1;
  #sinceMs = 0;

  /**
   * @param key all that the result depends on beside the views
   * @param revision of the views, as the Door counts it
   * @param nowMs monotonic
   */
  textOf(key: string, revision: number, nowMs: number, make: () => string): string {
    if (revision !== this.#revision || nowMs - this.#sinceMs >= KEPT_MS || this.#texts.size >= MOST_TEXTS) {
      this.#texts.clear();
      this.#revision = revision;
      this.#sinceMs = nowMs;
    }
    const kept = this.#texts.get(key);
    if (kept !== undefined) return kept;
    const text = make();
    this.#texts.set(key, text);
    return text;
  }
}
