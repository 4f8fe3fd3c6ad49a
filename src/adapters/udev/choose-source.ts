/**
 * Tries device sources in order and stays with the first that works; says which one runs and why the better ones
 * do not. Does not go back to a better one, and does not hide that the chosen one failed later: its watcher does
 * that by watching again, which starts from the first.
 */
import { CameraError, troubleOf } from '../../machines/errors.ts';
import type { DeviceSource } from '../../machines/ports.ts';
import type { DeviceChange, DeviceNode, DeviceSourceKind } from '../../machines/values.ts';
import { AddonSource } from './addon-source.ts';
import { LoopbackSource } from './loopback-source.ts';
import { MonitorSource } from './monitor-source.ts';
import { PollingSource } from './polling-source.ts';

/** The sources of real devices. */
export type RealSourceKind = Exclude<DeviceSourceKind, 'synthetic'>;

export interface SourceChoice {
  readonly kind: RealSourceKind;
  /** For people: which source runs, and for each better one why it does not. */
  readonly sentence: string;
}

export interface DeviceSourceOptions {
  /** `auto`: the first that works of udev, udevadm and polling; otherwise this one or none. */
  readonly mode: 'auto' | RealSourceKind;
  readonly pollIntervalMs: number;
  /** Told each time a source starts to run. */
  readonly report: (choice: SourceChoice) => void;
}

/** The device source of this host. */
export function chooseDeviceSource(options: DeviceSourceOptions): DeviceSource {
  const all: Record<RealSourceKind, () => DeviceSource> = {
    udev: () => new AddonSource(),
    udevadm: () => new MonitorSource(),
    polling: () => new PollingSource({ pollIntervalMs: options.pollIntervalMs }),
  };
  const kinds: readonly RealSourceKind[] =
    options.mode === 'auto' ? ['udev', 'udevadm', 'polling'] : [options.mode];
  const real = new FirstWorkingSource(
    kinds.map((kind) => ({ kind, source: all[kind]() })),
    options.report,
  );
  return new LoopbackSource(real, { pollIntervalMs: options.pollIntervalMs });
}

export interface Candidate {
  readonly kind: RealSourceKind;
  readonly source: DeviceSource;
}

export class FirstWorkingSource implements DeviceSource {
  private readonly candidates: readonly Candidate[];
  private readonly report: (choice: SourceChoice) => void;
  private running: DeviceSource | null = null;

  /** @param candidates at least one, the best first */
  constructor(candidates: readonly Candidate[], report: (choice: SourceChoice) => void) {
    this.candidates = candidates;
    this.report = report;
  }

  /** @throws CameraError of the running source when that fails, or internal with every reason when none starts */
  async watch(
    handlers: { ready(kind: RealSourceKind): void; change(change: DeviceChange): void },
    signal: AbortSignal,
  ): Promise<void> {
    const refusals: string[] = [];
    for (const { kind, source } of this.candidates) {
      let isReady = false;
      const ready = () => {
        isReady = true;
        this.running = source;
        this.report({ kind, sentence: sentenceOf(kind, refusals) });
        handlers.ready(kind);
      };
      try {
        await source.watch({ ready, change: handlers.change }, signal);
        return;
      } catch (error) {
        if (isReady || this.candidates.length === 1) throw error;
        refusals.push(`${kind}: ${troubleOf(error).message}`);
      }
    }
    throw new CameraError('internal', `Devices cannot be watched. ${refusals.join(' ')}`, {
      reason: 'no_device_source',
    });
  }

  /** Asks the source that is being watched; before that the last one, which needs the least. */
  list(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const source = this.running ?? this.candidates.at(-1)!.source;
    return source.list(signal);
  }
}

const NAMES: Readonly<Record<RealSourceKind, string>> = {
  udev: 'udev events',
  udevadm: 'udev events through udevadm',
  polling: 'looking at /sys again and again',
};

function sentenceOf(kind: RealSourceKind, refusals: readonly string[]): string {
  const running = `Devices are found by ${NAMES[kind]}.`;
  return refusals.length === 0 ? running : `${running} Not used: ${refusals.join(' ')}`;
}
