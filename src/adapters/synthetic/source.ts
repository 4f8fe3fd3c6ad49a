/**
 * Synthetic cameras as a device source: what udev is for real ones. While their process is away there are no
 * cameras; when it is back it is as if all were plugged in again. Never starts that process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CameraError } from '../../machines/errors.ts';
import type { DeviceSource } from '../../machines/ports.ts';
import type { DeviceChange, DeviceNode, DeviceSourceKind } from '../../machines/values.ts';
import { ControlConnection } from './control-connection.ts';

const RECONNECT_INTERVAL_MS = 200;
const ANSWER_TIMEOUT_MS = 2000;

type Handlers = { ready(kind: DeviceSourceKind): void; change(change: DeviceChange): void };

export class SyntheticSource implements DeviceSource {
  readonly #folder: string;
  /** The one that is watched through; null while there is none. */
  #watched: ControlConnection | null = null;

  /** @param folder where the cameras' sockets are */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Ready after the first look, also when no process answered it; then it looks every 200 ms. Never rejects. */
  async watch(handlers: Handlers, signal: AbortSignal): Promise<void> {
    const known = new Map<string, DeviceNode>();
    const tell = (change: DeviceChange) => {
      if (signal.aborted) return;
      if (change.type === 'node.removed') known.delete(change.syspath);
      else known.set(change.node.syspath, change.node);
      handlers.change(change);
    };
    let ready = () => {
      ready = () => {};
      handlers.ready('synthetic');
    };
    while (!signal.aborted) {
      try {
        await this.#follow(known, tell, () => ready(), signal);
      } catch {
        // Nobody there, or gone in the middle of it: tried again below.
      }
      if (signal.aborted) return;
      for (const syspath of [...known.keys()]) tell({ type: 'node.removed', syspath });
      ready();
      await delay(RECONNECT_INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  }

  /**
   * Empty while no process answers. Asks whom it watches: where the folder was removed nobody else finds the cameras for
   * a moment, and they are there all the same. @throws CameraError deadline | cancelled
   */
  async list(signal: AbortSignal): Promise<readonly DeviceNode[]> {
    const limits = { signal, timeoutMs: ANSWER_TIMEOUT_MS };
    const watched = this.#watched;
    try {
      const answer =
        watched === null
          ? ControlConnection.call(this.#folder, 'list', {}, limits)
          : watched.call('list', {}, limits);
      return (await answer).nodes;
    } catch (error) {
      if (error instanceof CameraError && error.code === 'device-gone') return [];
      throw error;
    }
  }

  /** From one connection's start to its end. */
  async #follow(
    known: ReadonlyMap<string, DeviceNode>,
    tell: (change: DeviceChange) => void,
    ready: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const connection = await ControlConnection.open(this.#folder, signal);
    const close = () => connection.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      // An event right behind the answer is here before this function goes on.
      let caughtUp = false;
      const early: DeviceChange[] = [];
      connection.listen((change) => (caughtUp ? tell(change) : void early.push(change)));
      const { nodes } = await connection.call('watch', {}, { signal, timeoutMs: ANSWER_TIMEOUT_MS });
      this.#watched = connection;
      for (const node of nodes) if (!known.has(node.syspath)) tell({ type: 'node.added', node });
      caughtUp = true;
      for (const change of early) tell(change);
      ready();
      await connection.closed;
    } finally {
      this.#watched = null;
      signal.removeEventListener('abort', close);
      connection.close();
    }
  }
}
