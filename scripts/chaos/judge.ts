/** Takes complaints about invariants. The first one that counts is the verdict, and ends the run. */

/** Something that must not be, as one look saw it. */
export interface Finding {
  /** The same for the same thing in two looks. */
  readonly key: string;
  /** The invariant that it breaks, one sentence. */
  readonly invariant: string;
  /** What was seen. */
  readonly evidence: string;
  /** It counts once it was seen in every look for so long, and in two looks at least. */
  readonly graceMs: number;
}

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: string;
  readonly evidence: string;

  constructor(invariant: string, evidence: string) {
    super(`${invariant}: ${evidence}`);
    this.invariant = invariant;
    this.evidence = evidence;
  }
}

export class Judge {
  /** Rejects with the first violation; never resolves. */
  readonly violated: Promise<never>;
  verdict: Violation | null = null;
  #reject: (violation: Violation) => void = () => undefined;
  readonly #seen = new Map<string, number>();

  constructor() {
    this.violated = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.violated.catch(() => undefined); // somebody may be waiting for it, or not yet
  }

  condemn(invariant: string, evidence: string): void {
    if (this.verdict !== null) return;
    this.verdict = new Violation(invariant, evidence);
    this.#reject(this.verdict);
  }

  /** All findings of one look. What an earlier one found and this one did not is forgiven. */
  hear(findings: readonly Finding[], atMs: number): void {
    const keys = new Set(findings.map(({ key }) => key));
    for (const key of this.#seen.keys()) if (!keys.has(key)) this.#seen.delete(key);
    for (const { key, invariant, evidence, graceMs } of findings) {
      const sinceMs = this.#seen.get(key);
      if (sinceMs === undefined) this.#seen.set(key, atMs);
      else if (atMs - sinceMs >= graceMs)
        this.condemn(invariant, `${evidence} (for ${Math.round(atMs - sinceMs)} ms)`);
    }
  }

  /** Nobody looked for a while, or another life of the service began: what was seen before is no evidence. */
  forget(): void {
    this.#seen.clear();
  }
}
