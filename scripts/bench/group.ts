/** What a group of rows is: a name for `--only`, and a way to measure. */
import type { MediaServerKind } from '../../tests/support/media-server.ts';
import type { Measurement } from './measurement.ts';

export interface Bench {
  readonly server: MediaServerKind;
  /** How often or how long: the full count, or a tenth of it (at least `least`) with `--quick`. */
  count(full: number, least?: number): number;
  /** What is going on, for the person who waits. */
  say(sentence: string): void;
}

export interface Group {
  readonly name: string;
  readonly about: string;
  /** @throws Error when it could not be measured */
  measure(bench: Bench): Promise<readonly Measurement[]>;
}
