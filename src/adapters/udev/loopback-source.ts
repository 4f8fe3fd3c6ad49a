/**
 * A device source that also notices when somebody begins and ends to write to a v4l2loopback. With `exclusive_caps` such
 * a node captures only while it has a writer, and the driver sends no event when that changes, so its attributes are
 * read again and again. Where there is no virtual node, nothing is read. Leaves all other nodes as they come.
 */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { DeviceSource } from '../../machines/ports.ts';
import type { DeviceChange, DeviceNode, DeviceSourceKind } from '../../machines/values.ts';

export interface LoopbackSourceOptions {
  readonly pollIntervalMs: number;
}

type Handlers = Parameters<DeviceSource['watch']>[0];

export class LoopbackSource implements DeviceSource {
  private readonly source: DeviceSource;
  private readonly pollIntervalMs: number;
  /** Virtual nodes as they were last told, by syspath. */
  private readonly told = new Map<string, DeviceNode>();

  constructor(source: DeviceSource, options: LoopbackSourceOptions) {
    this.source = source;
    this.pollIntervalMs = options.pollIntervalMs;
  }

  /** @throws CameraError as the source below does */
  async watch(handlers: Handlers, signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const ready = (kind: DeviceSourceKind) => handlers.ready(kind as never);
    const change = (news: DeviceChange) => handlers.change(this.decided(news));
    const looking = this.look(handlers.change, AbortSignal.any([signal, ending.signal]));
    try {
      await this.source.watch({ ready, change } as Handlers, signal);
    } finally {
      ending.abort();
      await looking;
    }
  }

  /** @throws CameraError as the source below does */
  async list(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const listed = await this.source.list(signal);
    this.told.clear();
    return listed.map((node) => this.withState(node));
  }

  private async look(tell: (change: DeviceChange) => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      await setTimeout(this.pollIntervalMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      for (const before of this.told.values()) {
        const node = this.withState(before);
        if (node.captures !== before.captures) tell({ type: 'node.changed', node });
      }
    }
  }

  private decided(change: DeviceChange): DeviceChange {
    if (change.type !== 'node.removed') return { ...change, node: this.withState(change.node) };
    this.told.delete(change.syspath);
    return change;
  }

  private withState(node: DeviceNode): DeviceNode {
    if (!isVirtual(node)) return node;
    const state = stateOf(node.syspath);
    const seen = state === null ? node : { ...node, captures: state === 'capture' };
    this.told.set(seen.syspath, seen);
    return seen;
  }
}

function isVirtual({ origin, syspath }: DeviceNode): boolean {
  return origin === 'v4l2' && syspath.includes('/devices/virtual/video4linux/');
}

/** `output`: waits for a writer; `capture`: has one; null: another driver's node, or one that is just going. */
function stateOf(syspath: string): 'output' | 'capture' | null {
  const state = attribute(syspath, 'state');
  if (state === 'output' || state === 'capture') return state;
  // Before version 0.13 (Debian 12 has 0.12.7) there is no `state`; `format` is empty while nobody writes.
  const format = attribute(syspath, 'max_openers') === null ? null : attribute(syspath, 'format');
  if (format === null) return null;
  return format === '' ? 'output' : 'capture';
}

function attribute(syspath: string, name: string): string | null {
  try {
    return readFileSync(`${syspath}/${name}`, 'utf8').trim();
  } catch {
    return null;
  }
}
