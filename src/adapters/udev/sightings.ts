/**
 * What the reader of one event source has been told so far, so that each physical change is told once: an `add`
 * of a node that a list already held, or a second `add`, says nothing new. Decides order too: events and lists
 * read /sys and may overtake each other, and the newest word about a node wins. Never reads anything itself.
 */
import type { DeviceChange, DeviceNode } from '../../machines/values.ts';
import { sameNode } from './device-node.ts';

type Tell = (change: DeviceChange) => void;

export class Sightings {
  private known = new Map<string, DeviceNode>();
  /** Number of the newest event about each node that is present. */
  private readonly newest = new Map<string, number>();
  /** What became of nodes while lists are being read; null: removed. */
  private readonly meanwhile = new Map<string, { readonly at: number; readonly node: DeviceNode | null }>();
  private listsInProgress = 0;
  private counter = 0;

  /**
   * An `add` or a `change`. Told once the facts are read, unless a newer event made them stale. A `change` is
   * always told, because it may be about the node's permissions, which are no property of it.
   */
  async seen(
    kind: 'add' | 'change',
    syspath: string,
    facts: Promise<DeviceNode | null>,
    tell: Tell,
  ): Promise<void> {
    const at = this.next();
    this.newest.set(syspath, at);
    const node = await facts;
    // null: it is just going, and its `remove` follows.
    if (node === null || this.newest.get(syspath) !== at) return;
    const before = this.known.get(syspath);
    this.note(syspath, node);
    if (before === undefined) tell({ type: 'node.added', node });
    else if (kind === 'change' || !sameNode(before, node)) tell({ type: 'node.changed', node });
  }

  /** A `remove`: told at once, and only for a node that was told of. */
  removed(syspath: string, tell: Tell): void {
    this.newest.delete(syspath);
    const wasKnown = this.known.has(syspath);
    this.note(syspath, null);
    if (wasKnown) tell({ type: 'node.removed', syspath });
  }

  /** A list, corrected by the events that came while it was read. */
  async listed(read: Promise<readonly DeviceNode[]>): Promise<readonly DeviceNode[]> {
    const startedAt = this.next();
    this.listsInProgress += 1;
    try {
      const nodes = new Map((await read).map((node) => [node.syspath, node]));
      for (const [syspath, { at, node }] of this.meanwhile) {
        if (at < startedAt) continue;
        if (node === null) nodes.delete(syspath);
        else nodes.set(syspath, node);
      }
      this.known = nodes;
      return [...nodes.values()];
    } finally {
      this.listsInProgress -= 1;
      if (this.listsInProgress === 0) this.meanwhile.clear();
    }
  }

  private note(syspath: string, node: DeviceNode | null): void {
    if (node === null) this.known.delete(syspath);
    else this.known.set(syspath, node);
    if (this.listsInProgress > 0) this.meanwhile.set(syspath, { at: this.next(), node });
  }

  private next(): number {
    this.counter += 1;
    return this.counter;
  }
}
