/**
 * Device source of last resort: looks at /sys/class/video4linux again and again, for containers that get no udev
 * events. A camera re-plugged between two looks is still seen, since the kernel makes its directory anew.
 */
import { setTimeout } from 'node:timers/promises';
import type { DeviceSource } from '../../machines/ports.ts';
import type { DeviceChange, DeviceNode } from '../../machines/values.ts';
import { deviceNodeOf } from './device-node.ts';
import { listVideoNodes, readSysFacts } from './sysfs.ts';
import { rejectAborted } from './watching.ts';

export interface PollingSourceOptions {
  readonly pollIntervalMs: number;
  readonly sysRoot?: string;
}

interface Look {
  readonly incarnation: string;
  readonly node: DeviceNode;
}

type Looks = ReadonlyMap<string, Look>;

export class PollingSource implements DeviceSource {
  private readonly pollIntervalMs: number;
  private readonly sysRoot: string;
  private last: Looks = new Map();
  private reading: Promise<unknown> = Promise.resolve();
  /** Where changes go; null while nobody watches. */
  private tell: ((change: DeviceChange) => void) | null = null;

  constructor(options: PollingSourceOptions) {
    this.pollIntervalMs = options.pollIntervalMs;
    this.sysRoot = options.sysRoot ?? '/sys';
  }

  /** @throws CameraError internal where /sys cannot be read */
  async watch(
    handlers: { ready(kind: 'polling'): void; change(change: DeviceChange): void },
    signal: AbortSignal,
  ): Promise<void> {
    await this.look();
    if (signal.aborted) return;
    this.tell = (change) => {
      if (!signal.aborted) handlers.change(change);
    };
    try {
      handlers.ready('polling');
      for (;;) {
        await pause(this.pollIntervalMs, signal);
        if (signal.aborted) return;
        await this.look();
      }
    } finally {
      this.tell = null;
    }
  }

  /** A list is a look like any other: what it finds changed is told first. @throws CameraError internal | cancelled */
  async list(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const looks = await this.look();
    rejectAborted(signal);
    return [...looks.values()].map((look) => look.node);
  }

  /** One look at a time, or an older one could undo a newer one. */
  private look(): Promise<Looks> {
    const mine = this.reading.then(async () => {
      const before = this.last;
      this.last = await this.read(before);
      if (this.tell !== null) for (const change of changesBetween(before, this.last)) this.tell(change);
      return this.last;
    });
    this.reading = mine.catch(() => {});
    return mine;
  }

  private async read(before: Looks): Promise<Looks> {
    const entries = await listVideoNodes(this.sysRoot);
    const looks = entries.map(async ({ syspath, incarnation }) => {
      const known = before.get(syspath);
      if (known?.incarnation === incarnation) return [syspath, known] as const;
      const facts = await readSysFacts(syspath, this.sysRoot, { usb: true, port: true });
      // A node that comes has its attributes a moment later, one that goes has none: the next look tells.
      if (facts.index === null) return null;
      return [syspath, { incarnation, node: deviceNodeOf(syspath, {}, facts) }] as const;
    });
    return new Map((await Promise.all(looks)).filter((look) => look !== null));
  }
}

/** Removals first, so that a camera that came back under the same name is told as gone and come. */
function changesBetween(before: Looks, after: Looks): readonly DeviceChange[] {
  const changes: DeviceChange[] = [];
  for (const [syspath, { incarnation }] of before) {
    if (after.get(syspath)?.incarnation !== incarnation) changes.push({ type: 'node.removed', syspath });
  }
  for (const [syspath, { incarnation, node }] of after) {
    if (before.get(syspath)?.incarnation !== incarnation) changes.push({ type: 'node.added', node });
  }
  return changes;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
