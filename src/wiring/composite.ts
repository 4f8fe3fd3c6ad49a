/** Real and synthetic cameras side by side, behind the ports of one. Pure plumbing. */
import type { CameraProbe, DeviceSource } from '../machines/ports.ts';
import type { DeviceSourceKind } from '../machines/values.ts';

/** Ready when both are; the kind told is the first one's. Fails when either fails. */
export class BothSources implements DeviceSource {
  readonly #sources: readonly DeviceSource[];

  /** @param sources at least one, the one that names the kind first */
  constructor(sources: readonly DeviceSource[]) {
    this.#sources = sources;
  }

  async watch(handlers: Parameters<DeviceSource['watch']>[0], signal: AbortSignal): Promise<void> {
    const either = new AbortController();
    const both = AbortSignal.any([signal, either.signal]);
    const ready = new Map<DeviceSource, DeviceSourceKind>();
    const watching = this.#sources.map((source) =>
      source.watch(
        {
          ready: (kind) => {
            ready.set(source, kind);
            if (ready.size === this.#sources.length) handlers.ready(ready.get(this.#sources[0]!)!);
          },
          change: handlers.change,
        },
        both,
      ),
    );
    try {
      await Promise.all(watching);
    } finally {
      either.abort();
    }
  }

  async list(signal: AbortSignal) {
    return (await Promise.all(this.#sources.map((source) => source.list(signal)))).flat();
  }
}

/** Asks the probe that knows the device's origin. */
export function probeByOrigin(v4l2: CameraProbe, synthetic: CameraProbe): CameraProbe {
  return {
    probe: (device, signal) =>
      (device.nodes[0]?.origin === 'synthetic' ? synthetic : v4l2).probe(device, signal),
  };
}
