/** Controls of synthetic cameras, over their control socket: what v4l2-ctl is for real ones. Opens no stream. */
import { CameraError } from '../../machines/errors.ts';
import type { CameraControls } from '../../machines/ports.ts';
import type { Control, ControlSetting, ControlTarget } from '../../machines/values.ts';
import { ControlConnection } from './control-connection.ts';

export class SyntheticControls implements CameraControls {
  readonly #folder: string;
  readonly #timeoutMs: number;

  /** @param folder where the cameras' sockets are @param timeoutMs of one question: a muted camera does not answer */
  constructor(folder: string, timeoutMs: number) {
    this.#folder = folder;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws CameraError device-gone | deadline | cancelled */
  async list({ devicePath }: ControlTarget, signal: AbortSignal): Promise<readonly Control[]> {
    return (await this.#call('controls', { target: devicePath }, signal)).controls;
  }

  /** @throws CameraError device-gone | probe-failed (control_refused) | deadline | cancelled */
  async set({ devicePath }: ControlTarget, setting: ControlSetting, signal: AbortSignal): Promise<void> {
    try {
      await this.#call('setControl', { target: devicePath, ...setting }, signal);
    } catch (error) {
      if (!(error instanceof CameraError) || error.code !== 'wrong-state') throw error;
      throw new CameraError('probe-failed', `The camera did not take ${setting.value} for ${setting.name}.`, {
        reason: 'control_refused',
        cause: error,
      });
    }
  }

  /** @throws CameraError device-gone | deadline | cancelled */
  async read(
    target: ControlTarget,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ControlSetting[]> {
    const controls = await this.list(target, signal);
    return controls.flatMap(({ name, value }) =>
      names.includes(name) && value !== null ? [{ name, value }] : [],
    );
  }

  #call<M extends 'controls' | 'setControl'>(
    method: M,
    params: Parameters<typeof ControlConnection.call<M>>[2],
    signal: AbortSignal,
  ) {
    return ControlConnection.call(this.#folder, method, params, { signal, timeoutMs: this.#timeoutMs });
  }
}
