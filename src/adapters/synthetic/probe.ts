/** Capabilities of synthetic cameras, asked over their control socket. Opens no stream. */
import { CameraError } from '../../machines/errors.ts';
import type { CameraProbe } from '../../machines/ports.ts';
import type { Device, ProbeResult } from '../../machines/values.ts';
import { ControlConnection } from './control-connection.ts';

export class SyntheticProbe implements CameraProbe {
  readonly #folder: string;

  /** @param folder where the cameras' sockets are */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A muted camera does not answer: the caller's deadline aborts. @throws CameraError device-gone | probe-failed | cancelled */
  async probe(device: Device, signal: AbortSignal): Promise<ProbeResult> {
    const node = device.nodes.find(({ origin }) => origin === 'synthetic');
    if (node === undefined) throw new CameraError('probe-failed', 'This device is no synthetic camera.');
    const { devicePath } = node;
    const capabilities = await ControlConnection.call(
      this.#folder,
      'probe',
      { target: devicePath },
      { signal },
    );
    return { devicePath, capabilities };
  }
}
