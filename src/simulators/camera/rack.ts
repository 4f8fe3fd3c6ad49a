/**
 * All synthetic cameras of one process: finds them, plugs them and tells who listens. The bus, so to say.
 * Never speaks the control protocol.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type {
  CameraMode,
  CameraReport,
  ControlFailureCode,
  PlugOptions,
} from '../../adapters/synthetic/protocol.ts';
import type { SyntheticFault } from '../../machines/ports.ts';
import type { Capabilities, Control, ControlValue, DeviceChange, DeviceNode } from '../../machines/values.ts';
import type { Compressed } from './compressor.ts';
import { SyntheticCamera } from './device.ts';

export interface RackOptions {
  readonly folder: string;
  readonly count: number;
  readonly mode: CameraMode;
  /** equal: all cameras show one serial, as cheap ones do. */
  readonly serials: 'unique' | 'equal';
  /** What they give beside YUYV. */
  readonly compressed: readonly Compressed[];
  readonly warmUpMs: number;
}

/** A request that cannot be met; its code goes over the wire. */
export class RackError extends Error {
  readonly code: ControlFailureCode;

  constructor(code: ControlFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

export class Rack {
  readonly #folder: string;
  readonly #cameras: SyntheticCamera[];
  readonly #listeners = new Set<(change: DeviceChange) => void>();

  /** All cameras start plugged in, once `open` is called. */
  constructor({ folder, count, mode, serials, ...more }: RackOptions) {
    this.#folder = folder;
    this.#cameras = Array.from({ length: count }, (_, number) => {
      const serial = `SYN${String(serials === 'equal' ? 0 : number).padStart(4, '0')}`;
      return new SyntheticCamera({ folder, number, mode, serial, ...more });
    });
  }

  /** Removes sockets that a killed process left, and plugs every camera in. */
  open(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const file of readdirSync(this.#folder)) {
      if (/^synthetic\d+\.sock/.test(file)) rmSync(join(this.#folder, file), { force: true });
    }
    for (const camera of this.#cameras) camera.plug();
  }

  close(): void {
    for (const camera of this.#cameras) camera.unplug();
  }

  /** Makes folder and sockets again if somebody removed them. */
  repair(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const camera of this.#cameras) camera.repair();
  }

  nodes(): DeviceNode[] {
    return this.#cameras.flatMap((camera) => camera.node ?? []);
  }

  reports(): CameraReport[] {
    return this.#cameras.map((camera) => camera.report());
  }

  /** @returns a function that ends the listening */
  listen(listener: (change: DeviceChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits while the camera is muted. @throws RackError not-found */
  async probe(target: string): Promise<Capabilities> {
    const capabilities = await this.#find(target).capabilities();
    if (capabilities === null) throw new RackError('not-found', 'The synthetic camera is unplugged.');
    return capabilities;
  }

  /** Waits while the camera is muted. @throws RackError not-found */
  async controls(target: string): Promise<Control[]> {
    return (await this.#answering(target)).panel.list();
  }

  /** Waits while the camera is muted. @throws RackError not-found | wrong-state (it does not take it) */
  async setControl(target: string, name: string, value: ControlValue): Promise<void> {
    if (!(await this.#answering(target)).panel.set(name, value))
      throw new RackError('wrong-state', `The synthetic camera does not take ${value} for ${name}.`);
  }

  /** The camera moves it by itself. @throws RackError not-found */
  turnControl(target: string, name: string, value: ControlValue, stuck: boolean): void {
    this.#find(target).panel.turn(name, value, stuck);
  }

  async #answering(target: string): Promise<SyntheticCamera> {
    const camera = this.#find(target);
    if (!(await camera.answers())) throw new RackError('not-found', 'The synthetic camera is unplugged.');
    return camera;
  }

  /** Repeatable. @throws RackError not-found | wrong-state (the wished node or port is taken) */
  inject(target: string, fault: SyntheticFault, as: PlugOptions = {}): void {
    const camera = this.#find(target);
    if (fault === 'plug') this.#plug(camera, as);
    else if (fault === 'unplug') this.#unplug(camera);
    else if (fault === 'freeze' || fault === 'thaw') camera.freeze(fault === 'freeze');
    else if (fault === 'mute' || fault === 'unmute') camera.mute(fault === 'mute');
    else {
      throw new RackError('bad-params', `A synthetic camera has no ${String(fault satisfies never)} button.`);
    }
  }

  #plug(camera: SyntheticCamera, as: PlugOptions): void {
    if (camera.node !== null) return;
    const wished = camera.wiring(as);
    for (const other of this.#cameras) {
      if (other.node === null) continue;
      const { index, port } = other.wiring();
      if (index === wished.index) throw new RackError('wrong-state', `Node ${index} is taken.`);
      if (port === wished.port) throw new RackError('wrong-state', `Port ${port} is taken.`);
    }
    this.#announce({ type: 'node.added', node: camera.plug(as) });
  }

  #unplug(camera: SyntheticCamera): void {
    if (camera.node === null) return;
    const { syspath } = camera.node;
    camera.unplug();
    this.#announce({ type: 'node.removed', syspath });
  }

  #announce(change: DeviceChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** A plugged camera's path wins over one that had that path before. */
  #find(target: string): SyntheticCamera {
    const camera = /^\d+$/.test(target)
      ? this.#cameras[Number(target)]
      : (this.#cameras.find(({ node }) => node?.devicePath === target) ??
        this.#cameras.find(({ devicePath }) => devicePath === target));
    if (camera === undefined) throw new RackError('not-found', 'There is no such synthetic camera.');
    return camera;
  }
}
