/**
 * One simulated camera with its capture: plugged in or not, held by another program or not, giving pictures or not. It
 * acts, it never decides.
 */
import { CameraError, type ErrorCode, type Trouble } from '../machines/errors.ts';
import type {
  CameraId,
  CapturePlan,
  DeviceNode,
  ProbeResult,
  ProcessEnd,
  ProcessIdentity,
} from '../machines/values.ts';
import type { SimulatedTime } from './clock.ts';
import { Ending } from './ending.ts';
import type { SimulatedMediaServer } from './media-server.ts';

const PROBE_MS = 150;
const SPAWN_MS = 80;
/** From a capture's start to its first bytes in the media server. */
const PUBLISH_MS = 700;
const STOP_MS = 100;
/** An upset camera ends its captures this long after their start. */
const UPSET_MS = 800;
const BUSY_MS = 50;

interface Capture {
  readonly identity: ProcessIdentity;
  readonly camera: CameraId;
  readonly ending: Ending<ProcessEnd>;
  readonly spawnedMs: number;
}

export class SimulatedCamera {
  readonly node: DeviceNode;
  readonly #time: SimulatedTime;
  readonly #server: SimulatedMediaServer;
  readonly #number: number;
  #capture: Capture | null = null;
  #pids: number;
  #stalls = 0;
  /** How many failures of a kind last now. */
  unplugged = 0;
  upset = 0;
  busy = 0;
  mute = 0;

  constructor(number: number, time: SimulatedTime, server: SimulatedMediaServer) {
    this.#number = number;
    this.#time = time;
    this.#server = server;
    this.#pids = 10_000 * (number + 1);
    const place = `/devices/simulated/${number}`;
    this.node = {
      origin: 'v4l2',
      syspath: `${place}/video`,
      devicePath: `/dev/video${number}`,
      vendorId: '1d6b',
      productId: '0104',
      serial: `SIMULATED${number}`,
      portPath: `simulated-usb-0:${number + 1}:1.0`,
      interfaceNumber: '00',
      productName: `Simulated Camera ${number}`,
      parentSyspath: place,
    };
  }

  get isPlugged(): boolean {
    return this.unplugged === 0;
  }

  /** Whether a picture comes now, and which. @returns null: none */
  picture(): string | null {
    const capture = this.#capture;
    if (capture === null || this.#stalls > 0 || this.#time.monoMs() - capture.spawnedMs < PUBLISH_MS)
      return null;
    return `${capture.identity.pid}-${this.#time.monoMs()}`;
  }

  async probe(signal: AbortSignal): Promise<ProbeResult> {
    await this.#time.after(PROBE_MS, signal);
    if (!this.isPlugged) throw new CameraError('device-gone', 'The camera is gone.');
    if (this.mute > 0) throw new CameraError('probe-failed', 'The camera does not answer.');
    return {
      devicePath: this.node.devicePath,
      capabilities: {
        card: `Simulated Camera ${this.#number}`,
        driver: 'simulated',
        busInfo: `usb-simulated-${this.#number}`,
        deviceCaps: ['Video Capture', 'Streaming'],
        formats: [
          {
            devicePath: this.node.devicePath,
            fourcc: 'MJPG',
            description: 'Motion-JPEG',
            compressed: true,
            sizes: [{ widthPx: 640, heightPx: 480, frameRatesFps: [30, 15] }],
            sizeRanges: [],
          },
        ],
      },
    };
  }

  async start({ cameraId }: CapturePlan, signal: AbortSignal): Promise<ProcessIdentity> {
    await this.#time.after(SPAWN_MS, signal);
    this.#pids += 1;
    const pid = this.#pids;
    const identity = { pid, startTicks: pid, mark: `capture/${cameraId}/${pid}`, adopted: false };
    this.#capture = { identity, camera: cameraId, ending: new Ending(), spawnedMs: this.#time.monoMs() };
    this.#stalls = 0;
    if (!this.isPlugged) this.#endLater(pid, BUSY_MS, 'device-gone', 'The camera is gone.');
    else if (this.busy > 0) this.#endLater(pid, BUSY_MS, 'device-busy', 'Another program holds the camera.');
    else if (this.upset > 0) this.#endLater(pid, UPSET_MS, 'capture-failed', 'The capture ended at once.');
    else this.#server.publish(cameraId, PUBLISH_MS);
    return identity;
  }

  ended(identity: ProcessIdentity, signal: AbortSignal): Promise<ProcessEnd> {
    const capture = this.#capture;
    if (capture?.identity.pid !== identity.pid)
      return Promise.resolve(endOf('capture-failed', 'It is gone.'));
    return capture.ending.wait(signal);
  }

  async stop(signal: AbortSignal): Promise<void> {
    await this.#time.after(STOP_MS, signal);
    this.crash('cancelled', 'Stopped.');
  }

  /** The capture ends now, if there is one. */
  crash(code: ErrorCode, message: string): void {
    const capture = this.#capture;
    if (capture === null) return;
    this.#capture = null;
    this.#server.unpublish(capture.camera);
    capture.ending.come(endOf(code, message));
  }

  /** The capture that runs gives nothing any more, until it is replaced or the failure is over. */
  stall(begins: boolean): void {
    const capture = this.#capture;
    if (capture === null || (!begins && this.#stalls === 0)) return;
    this.#stalls += begins ? 1 : -1;
    this.#server.stall(capture.camera, this.#stalls > 0);
  }

  #endLater(pid: number, delayMs: number, code: ErrorCode, message: string): void {
    this.#time.at(this.#time.monoMs() + delayMs, () => {
      if (this.#capture?.identity.pid === pid) this.crash(code, message);
    });
  }
}

function endOf(code: ErrorCode, message: string): ProcessEnd {
  const trouble: Trouble = { code, reason: code.replaceAll('-', '_'), message };
  return { exitCode: 1, signal: null, trouble };
}
