/** How a state is told to somebody who looks after cameras and has never seen the code. */

export interface Words {
  /** One sentence: where it is. The trouble, where there is one, is told beside it. */
  readonly now: string;
  /** What moves it on beside its timers: ends of a sentence that begins with "Next, ". */
  readonly next: readonly string[];
}

/** By the beginning of a state's path, e.g. `live.suspect`: the longest that fits. */
export type WordTable<TView> = Readonly<Record<string, Words | ((view: TView) => Words)>>;

/** @returns undefined where the table lacks the state, which a test forbids */
export function wordsFor<TView>(table: WordTable<TView>, state: string, view: TView): Words | undefined {
  for (let path = state; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const found = table[path];
    if (found !== undefined) return typeof found === 'function' ? found(view) : found;
  }
  return undefined;
}

export const words = (now: string, ...next: readonly string[]): Words => ({ now, next });

/** `3 times`, `once`. */
export function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** `850 ms`, `4 s`, `3 min`, `2 h 5 min`: rounded up, since something is waited for. */
export function lengthOf(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.ceil(ms))} ms`;
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
