/** What was done to whom and for how long, and what was ordered: by it a gap, an early end or a refusal is judged. */

export type Deed =
  | 'unplug'
  | 'freeze'
  | 'mute'
  | 'killCapture'
  | 'pauseCapture'
  | 'disableCamera'
  | 'killServer'
  | 'pauseServer'
  | 'kickPublisher'
  | 'killService'
  | 'handOver'
  | 'stopService'
  | 'fillRuntime'
  | 'fillRecordings'
  | 'removeRuntime';

export interface Entry {
  readonly deed: Deed;
  /** null: to all of them. */
  readonly camera: string | null;
  readonly fromMs: number;
  /** Wall clock, as all stamps here; null while it goes on. */
  toMs: number | null;
}

/** A recording that the service has accepted. */
export interface Accepted {
  readonly session: string;
  readonly camera: string;
  readonly durationS: number | null;
  readonly orderedAtMs: number;
}

/** What is over may be felt for so long. */
const AFTERMATH_MS = 15_000;

export class Diary {
  #entries: Entry[] = [];
  accepted: Accepted[] = [];
  #stops: { readonly camera: string; readonly atMs: number }[] = [];

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Something that happens in a moment, or (`lasts`) goes on until it is undone. */
  did(deed: Deed, camera: string | null, lasts = false): void {
    const nowMs = Date.now();
    if (lasts && this.#open(deed, camera) !== undefined) return;
    this.#entries.push({ deed, camera, fromMs: nowMs, toMs: lasts ? null : nowMs });
  }

  undid(deed: Deed, camera: string | null): void {
    const entry = this.#open(deed, camera);
    if (entry !== undefined) entry.toMs = Date.now();
  }

  /** Somebody ordered the recording to stop. */
  stopped(camera: string): void {
    this.#stops.push({ camera, atMs: Date.now() });
  }

  /** Whether it was told to stop, maybe before its first picture. */
  wasStopped({ camera, orderedAtMs }: Accepted): boolean {
    return this.#stops.some((stop) => stop.camera === camera && stop.atMs >= orderedAtMs);
  }

  /** What was done to this camera, or to all, and may be felt between two instants. */
  felt(camera: string, fromMs: number, toMs: number): readonly Deed[] {
    const deeds = this.#entries
      .filter((entry) => entry.camera === null || entry.camera === camera)
      .filter((entry) => entry.fromMs <= toMs && (entry.toMs ?? toMs) + AFTERMATH_MS >= fromMs)
      .map(({ deed }) => deed);
    return [...new Set(deeds)];
  }

  /** For the next round: what is over for long is forgotten. */
  turnPage(): void {
    const nowMs = Date.now();
    this.#entries = this.#entries.filter(({ toMs }) => (toMs ?? nowMs) + AFTERMATH_MS >= nowMs);
    this.accepted = [];
    this.#stops = [];
  }

  #open(deed: Deed, camera: string | null): Entry | undefined {
    return this.#entries.find(
      (entry) => entry.deed === deed && entry.camera === camera && entry.toMs === null,
    );
  }
}
