/** The synthetic cameras' own buttons, for fault injection: unplug, freeze, mute and back. */
import type { SyntheticCameras, SyntheticFault } from '../../machines/ports.ts';
import { ControlConnection } from './control-connection.ts';
import type { CameraReport, PlugOptions } from './protocol.ts';

const ANSWER_TIMEOUT_MS = 2000;

export class SyntheticButtons implements SyntheticCameras {
  readonly #folder: string;

  /** @param folder where the cameras' sockets are */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Repeatable. `as` (with `plug`) gives another node number, port or serial.
   * @param devicePathOrIndex the stream socket it has or had last, or the camera's own number
   * @throws CameraError device-gone (no such camera, no process) | wrong-state (node or port taken) | deadline
   */
  async inject(devicePathOrIndex: string, fault: SyntheticFault, as: PlugOptions = {}): Promise<void> {
    await ControlConnection.call(this.#folder, 'inject', { target: devicePathOrIndex, fault, as }, limits());
  }

  /** What each camera is doing. @throws CameraError device-gone | deadline */
  async report(): Promise<readonly CameraReport[]> {
    return (await ControlConnection.call(this.#folder, 'report', {}, limits())).cameras;
  }
}

function limits() {
  return { signal: new AbortController().signal, timeoutMs: ANSWER_TIMEOUT_MS };
}
