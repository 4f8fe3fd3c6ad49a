/**
 * The service's own story as Prometheus metrics: transitions, stays and availability, counted as they happen and
 * completed at a scrape by what lasts at that moment. Told by wiring; decides nothing and reads no actor. No label has
 * a name, a path of the host or a secret. Meaning of each metric: docs/telemetry.md.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { AvailabilityBook, type CameraStanding } from './availability-book.ts';
import { CaptureBook, type Step, serverRestarted } from './restart-book.ts';
import { type ActorState, StateBook, statesOf } from './state-book.ts';

const PREFIX = 'camera_service_';
/** From a look that is answered at once to a camera that was away overnight. */
const STAY_BUCKETS_S = [0.01, 0.1, 0.3, 1, 3, 10, 30, 60, 300, 900, 3600, 14_400, 86_400];
/** How often the event loop's delay is sampled: every 10 ms, prom-client's own choice, would wake an idle host. */
const LOOP_SAMPLE_MS = 100;

export interface ServiceInfo {
  readonly version: string;
  /** `mediamtx 1.20.1`, `simulator`, `unknown`. */
  readonly mediaServer: string;
}

export interface TelemetryParts {
  /** Now, by a clock that nobody sets. */
  monoMs(): number;
  /** Asked at each scrape. */
  info(): ServiceInfo;
  /** Memory, CPU, event loop of this process too; they cannot be undone, so only once in a process. */
  readonly processMetrics: boolean;
}

export class Telemetry {
  readonly #registry = new Registry();
  readonly #parts: TelemetryParts;
  readonly #states: StateBook;
  readonly #captures: CaptureBook;
  readonly #availability = new AvailabilityBook();
  readonly #recordings: Counter<'camera' | 'outcome' | 'reason'>;
  readonly #serverRestarts: Counter;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
    const registers = [this.#registry];
    const counter = <T extends string>(name: string, help: string, ...labelNames: readonly T[]) =>
      new Counter<T>({ name: `${PREFIX}${name}`, help, labelNames, registers });
    const transitions = counter(
      'transitions_total',
      'Changes of state, by machine.',
      ...(['machine', 'from', 'to'] as const),
    );
    const stays = new Histogram({
      name: `${PREFIX}state_duration_seconds`,
      help: 'How long actors stayed in a state that they have left.',
      labelNames: ['machine', 'state'],
      buckets: STAY_BUCKETS_S,
      registers,
    });
    this.#states = new StateBook({
      moved: (machine, from, to) => transitions.inc({ machine, from, to }),
      stayed: ({ machine, state, durationMs }) => stays.observe({ machine, state }, durationMs / 1000),
    });
    const starts = counter('capture_starts_total', 'Captures that were started.', 'camera');
    const restarts = counter(
      'capture_restarts_total',
      'Captures that were started after one that failed or was cut off.',
      'camera',
    );
    const failures = counter('capture_failures_total', 'Captures that failed.', 'camera');
    this.#captures = new CaptureBook({
      started: (camera) => starts.inc({ camera }),
      restarted: (camera) => restarts.inc({ camera }),
      failed: (camera) => failures.inc({ camera }),
    });
    this.#serverRestarts = counter(
      'media_server_restarts_total',
      'Launches of the media server after its loss.',
    );
    this.#recordings = counter(
      'recordings_total',
      'Recordings that have ended, by the reason of their end.',
      ...(['camera', 'outcome', 'reason'] as const),
    );
    this.#addAtScrape(registers);
    if (parts.processMetrics)
      collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_SAMPLE_MS });
  }

  /** An actor took a step. @param from its states before; null: its first */
  moved(actor: ActorState, from: string | null): void {
    this.#states.moved(actor, this.#parts.monoMs());
    if (actor.machine !== 'media-server' || from === null) return;
    const before = new Map(statesOf(from));
    for (const [region, to] of statesOf(actor.story))
      if (serverRestarted({ from: before.get(region) ?? '', to })) this.#serverRestarts.inc();
  }

  actorEnded(key: string): void {
    this.#states.ended(key, this.#parts.monoMs());
  }

  streamStepped(camera: string, step: Step): void {
    this.#captures.stepped(camera, step);
  }

  cameraChanged(camera: string, change: Partial<CameraStanding>): void {
    this.#availability.changed(camera, change, this.#parts.monoMs());
  }

  cameraEnded(camera: string): void {
    this.#availability.ended(camera, this.#parts.monoMs());
  }

  recordingEnded(camera: string, outcome: string, reason: string): void {
    this.#recordings.inc({ camera, outcome, reason });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Everything, as of now. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** What lasts at this moment is measured when somebody asks. */
  #addAtScrape(registers: Registry[]): void {
    const { monoMs, info } = this.#parts;
    const states = this.#states;
    const availability = this.#availability;
    new Gauge({
      name: `${PREFIX}present_state_seconds`,
      help: 'How long an actor is in its present state; camera is empty for parts of the whole service.',
      labelNames: ['camera', 'machine', 'state'],
      registers,
      collect() {
        this.reset();
        const longest = new Map<
          string,
          { labels: Record<'camera' | 'machine' | 'state', string>; ms: number }
        >();
        for (const { actor, machine, state, durationMs } of states.present(monoMs())) {
          const labels = { camera: cameraOf(actor), machine, state };
          const known = longest.get(Object.values(labels).join(' '));
          // Of equal actors in one state, such as two recordings being filed, the one that is there longest counts.
          if (known === undefined || known.ms < durationMs)
            longest.set(Object.values(labels).join(' '), { labels, ms: durationMs });
        }
        for (const { labels, ms } of longest.values()) this.set(labels, ms / 1000);
      },
    });
    const seconds = (name: string, help: string, of: 'liveMs' | 'missingMs') =>
      new Counter({
        name: `${PREFIX}${name}`,
        help,
        labelNames: ['camera'],
        registers,
        collect() {
          this.reset();
          for (const time of availability.times(monoMs())) this.inc({ camera: time.camera }, time[of] / 1000);
        },
      });
    seconds('camera_live_seconds_total', 'Seconds in which the picture was wanted and there.', 'liveMs');
    seconds(
      'camera_missing_seconds_total',
      'Seconds in which the picture was wanted and not there.',
      'missingMs',
    );
    new Gauge({
      name: `${PREFIX}info`,
      help: 'Always 1; the labels say what runs.',
      labelNames: ['version', 'media_server'],
      registers,
      collect() {
        this.reset();
        const { version, mediaServer } = info();
        this.set({ version, media_server: mediaServer }, 1);
      },
    });
  }
}

/** `camera0` of `stream:camera0/viewers` and of `recording:camera0_2026-11-23_04-28-13`; empty for what is no camera's. */
export function cameraOf(actor: string): string {
  return /^(?:camera|stream|controls|recording):([^/_]+)/.exec(actor)?.[1] ?? '';
}
