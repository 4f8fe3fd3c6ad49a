/** Counts one simulated life, by the same books as the telemetry of a real one, and remembers the longest outages. */
import { AvailabilityBook, type CameraStanding } from '../telemetry/availability-book.ts';
import { CaptureBook, type Step, serverRestarted } from '../telemetry/restart-book.ts';
import { type ActorState, statesOf } from '../telemetry/state-book.ts';
import type { Listener } from '../wiring/observe.ts';

export interface CameraTally {
  readonly liveMs: number;
  readonly missingMs: number;
  readonly longestOutageMs: number;
  readonly restarts: number;
  readonly recordings: number;
}

interface Outage {
  sinceMs: number | null;
  longestMs: number;
}

export class Tally implements Listener {
  readonly #monoMs: () => number;
  readonly #availability = new AvailabilityBook();
  readonly #restarts = new Map<string, number>();
  readonly #recordings = new Map<string, number>();
  readonly #standings = new Map<string, CameraStanding>();
  readonly #outages = new Map<string, Outage>();
  readonly #captures = new CaptureBook({
    started: () => {},
    failed: () => {},
    restarted: (camera) => count(this.#restarts, camera),
  });
  serverRestarts = 0;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  moved(actor: ActorState, from: string | null): void {
    if (actor.machine !== 'media-server' || from === null) return;
    const before = new Map(statesOf(from));
    for (const [region, to] of statesOf(actor.story))
      if (serverRestarted({ from: before.get(region) ?? '', to })) this.serverRestarts += 1;
  }

  actorEnded(): void {
    // Where an actor was at its end is nobody's question here.
  }

  streamStepped(camera: string, step: Step): void {
    this.#captures.stepped(camera, step);
  }

  cameraChanged(camera: string, change: Partial<CameraStanding>): void {
    this.#availability.changed(camera, change, this.#monoMs());
    const before = this.#standings.get(camera) ?? { wanted: false, live: false, disabled: false };
    const standing = { ...before, ...change };
    this.#standings.set(camera, standing);
    const outage = this.#outages.get(camera) ?? { sinceMs: null, longestMs: 0 };
    this.#outages.set(camera, outage);
    settle(outage, standing.wanted && !standing.live && !standing.disabled, this.#monoMs());
  }

  cameraEnded(camera: string): void {
    this.cameraChanged(camera, { wanted: false, live: false });
  }

  recordingEnded(camera: string): void {
    count(this.#recordings, camera);
  }

  /** Up to now; an outage that lasts counts as long as it is already. */
  of(camera: string): CameraTally {
    const nowMs = this.#monoMs();
    const time = this.#availability.times(nowMs).find((one) => one.camera === camera);
    const { sinceMs, longestMs } = this.#outages.get(camera) ?? { sinceMs: null, longestMs: 0 };
    return {
      liveMs: time?.liveMs ?? 0,
      missingMs: time?.missingMs ?? 0,
      longestOutageMs: Math.max(longestMs, sinceMs === null ? 0 : nowMs - sinceMs),
      restarts: this.#restarts.get(camera) ?? 0,
      recordings: this.#recordings.get(camera) ?? 0,
    };
  }
}

function settle(outage: Outage, isOut: boolean, nowMs: number): void {
  if (outage.sinceMs !== null && !isOut) {
    outage.longestMs = Math.max(outage.longestMs, nowMs - outage.sinceMs);
    outage.sinceMs = null;
  }
  if (isOut) outage.sinceMs ??= nowMs;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
