/**
 * One synthetic camera: what it is plugged in as, who has opened it, and its buttons (freeze, mute). The camera's
 * own number stays with it and is in every picture; the node number changes with the plug. Never speaks the
 * control protocol.
 */

import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { CameraMode, CameraReport, PlugOptions } from '../../adapters/synthetic/protocol.ts';
import type { Capabilities, DeviceNode } from '../../machines/values.ts';
import { type Compressed, compress } from './compressor.ts';
import { ControlPanel } from './control-panel.ts';
import { streamFrames } from './frame-stream.ts';
import { capabilitiesOf, modesAround } from './modes.ts';
import { Painter } from './picture.ts';
import { type ServedMode, StreamSockets } from './stream-sockets.ts';

export interface CameraOptions {
  readonly folder: string;
  readonly number: number;
  readonly mode: CameraMode;
  readonly serial: string;
  /** What it gives beside YUYV. */
  readonly compressed: readonly Compressed[];
  /** After it is opened its pictures are dark and get brighter for so long. */
  readonly warmUpMs: number;
}

/** What is missing of the luma when it is opened. */
const DARKEST = 200;

export class SyntheticCamera {
  readonly number: number;
  readonly name: string;
  readonly panel = new ControlPanel();
  readonly #folder: string;
  readonly #mode: CameraMode;
  readonly #compressed: readonly Compressed[];
  readonly #warmUpMs: number;
  #openedMs = 0;
  #wiring: Required<PlugOptions>;
  #node: DeviceNode | null = null;
  #sockets: StreamSockets | null = null;
  #opener: Socket | null = null;
  #frozen = false;
  #muted = false;
  #frames = 0;
  #dropped = 0;
  #paintedAtMs = Date.now();
  #unmuted: (() => void)[] = [];

  constructor({ folder, number, mode, serial, compressed, warmUpMs }: CameraOptions) {
    this.number = number;
    this.name = `Synthetic Camera ${number}`;
    this.#folder = folder;
    this.#mode = mode;
    this.#compressed = compressed;
    this.#warmUpMs = warmUpMs;
    this.#wiring = { index: number, port: `synthetic-bus-port-${number}`, serial };
  }

  get node(): DeviceNode | null {
    return this.#node;
  }

  /** How it would be plugged in now. */
  wiring(as: PlugOptions = {}): Required<PlugOptions> {
    return { ...this.#wiring, ...as };
  }

  /** The stream socket it has, or had last. */
  get devicePath(): string {
    return join(this.#folder, `synthetic${this.#wiring.index}.sock`);
  }

  plug(as: PlugOptions = {}): DeviceNode {
    this.#wiring = this.wiring(as);
    const { index, port, serial } = this.#wiring;
    const path = this.devicePath;
    const modes = new Map<string, ServedMode>([[path, { ...this.#mode, format: 'YUYV' }]]);
    for (const mode of modesAround(this.#mode)) {
      const name = `${mode.widthPx}x${mode.heightPx}@${mode.rateFps}`;
      modes.set(`${path}.${name}`, { ...mode, format: 'YUYV' });
      for (const format of this.#compressed)
        modes.set(`${path}.${format.toLowerCase()}.${name}`, { ...mode, format });
    }
    this.#sockets = new StreamSockets(modes, (socket, mode) => this.#open(socket, mode));
    this.#sockets.listen();
    this.#node = {
      origin: 'synthetic',
      syspath: `/synthetic/${index}`,
      devicePath: path,
      vendorId: 'f055',
      productId: '0001',
      serial,
      portPath: port,
      interfaceNumber: '00',
      productName: this.name,
      parentSyspath: `/synthetic/devices/${port}`,
    };
    return this.#node;
  }

  /** The reader sees the end of the stream, connecting finds nothing. */
  unplug(): void {
    this.#node = null;
    this.panel.losePower();
    this.#sockets?.remove();
    this.#sockets = null;
    this.#opener?.destroy();
    this.#answerProbes();
  }

  freeze(on: boolean): void {
    this.#frozen = on;
  }

  mute(on: boolean): void {
    this.#muted = on;
    if (!on) this.#answerProbes();
  }

  /** Waits while the camera is muted. @returns null when it is not plugged in (any more) */
  async capabilities(): Promise<Capabilities | null> {
    if (!(await this.answers()) || this.#node === null) return null;
    const { devicePath } = this.#node;
    const sheet = { card: this.name, port: this.#wiring.port, devicePath, compressed: this.#compressed };
    return capabilitiesOf(sheet, this.#mode);
  }

  /** Waits while the camera is muted. @returns false when it is not plugged in (any more) */
  async answers(): Promise<boolean> {
    if (this.#node !== null && this.#muted) await new Promise<void>((resolve) => this.#unmuted.push(resolve));
    return this.#node !== null;
  }

  /** Makes the sockets again if somebody removed them. */
  repair(): void {
    if (this.#opener === null && this.#sockets?.intact() === false) this.#sockets.listen();
  }

  report(): CameraReport {
    return {
      camera: this.number,
      node: this.#node,
      frozen: this.#frozen,
      muted: this.#muted,
      opened: this.#opener !== null,
      frames: this.#frames,
      dropped: this.#dropped,
    };
  }

  #open(socket: Socket, mode: ServedMode): void {
    // One that had connected before we stopped listening.
    if (this.#opener !== null || this.#node === null) {
      socket.destroy();
      return;
    }
    this.#opener = socket;
    this.#openedMs = performance.now();
    this.#sockets?.refuse();
    this.panel.startStream();
    socket.once('close', () => {
      this.#opener = null;
      this.#sockets?.listen();
    });
    const painter = new Painter(mode.widthPx, mode.heightPx, this.name);
    const sink = mode.format === 'YUYV' ? socket : compress(mode.format, mode, socket);
    const source = {
      sizeBytes: painter.sizeBytes,
      rateFps: mode.rateFps,
      advance: () => this.#advance(),
      paint: (picture: Buffer) => painter.paint(picture, this.#moment(), this.#brightness()),
      dropped: () => {
        this.#dropped += 1;
      },
    };
    streamFrames(socket, source, sink);
  }

  #advance(): boolean {
    if (this.#muted) return false;
    if (!this.#frozen) {
      this.#frames += 1;
      this.#paintedAtMs = Date.now();
    }
    return true;
  }

  /** As a camera that adjusts its exposure. */
  #brightness(): number {
    const left = 1 - (performance.now() - this.#openedMs) / this.#warmUpMs;
    return this.panel.brightness - (left > 0 ? Math.round(left * DARKEST) : 0);
  }

  #moment() {
    return { camera: this.number, counter: this.#frames % 2 ** 24, epochMs: this.#paintedAtMs };
  }

  #answerProbes(): void {
    for (const resolve of this.#unmuted.splice(0)) resolve();
  }
}
