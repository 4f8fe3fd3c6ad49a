/** The whole simulated world as the hands of the actors, and what each failure does to it. */
import { CameraError } from '../machines/errors.ts';
import type { DeviceChange } from '../machines/values.ts';
import { WishBook } from '../wiring/wish-book.ts';
import type { Hands } from '../wiring/world.ts';
import { SimulatedCamera } from './camera.ts';
import { SimulatedTime } from './clock.ts';
import { SimulatedDisk } from './disk.ts';
import type { Failure } from './failures.ts';
import { SimulatedMediaServer } from './media-server.ts';

const FRAME_INTERVAL_MS = 1000;

export class SimulatedWorld {
  readonly time = new SimulatedTime();
  readonly disk = new SimulatedDisk(this.time);
  readonly server: SimulatedMediaServer;
  readonly cameras: readonly SimulatedCamera[];
  readonly #watchers = new Set<(change: DeviceChange) => void>();
  readonly #taps = new Map<string, () => void>();
  #fullDisks = 0;
  #loops = 0;

  constructor(cameras: number, requestTimeoutMs: number) {
    this.server = new SimulatedMediaServer(this.time, this.disk, requestTimeoutMs);
    this.cameras = [...Array(cameras).keys()].map(
      (number) => new SimulatedCamera(number, this.time, this.server),
    );
    this.time.every(FRAME_INTERVAL_MS, () => {
      for (const look of this.#taps.values()) look();
    });
  }

  /** Everything that will fail does so at its time. */
  expect(failures: readonly Failure[]): void {
    for (const failure of failures) {
      this.time.at(failure.fromMs, () => this.#change(failure, true));
      if (failure.toMs > failure.fromMs) this.time.at(failure.toMs, () => this.#change(failure, false));
    }
  }

  readonly hands = (): Hands => {
    const { time, disk, server } = this;
    return {
      clock: time,
      devices: {
        watch: ({ ready, change }, signal) => {
          this.#watchers.add(change);
          ready('udev');
          return untilAborted(signal, () => this.#watchers.delete(change));
        },
        list: () =>
          Promise.resolve(this.cameras.filter(({ isPlugged }) => isPlugged).map(({ node }) => node)),
      },
      probe: { probe: (device, signal) => this.#at(device.nodes[0]?.devicePath).probe(signal) },
      encoders: { find: () => Promise.resolve([]) },
      examiner: { examine: () => Promise.resolve(null) },
      controls: {
        list: () => Promise.resolve([]),
        set: () => Promise.resolve(),
        read: () => Promise.resolve([]),
      },
      captures: {
        start: (plan, signal) => this.#at(plan.devicePath).start(plan, signal),
        ended: (process, signal) => this.#byId(process.mark.split('/')[1]).ended(process, signal),
        complaint: () => Promise.resolve(null),
        stop: (camera, signal) => this.#byId(camera).stop(signal),
        find: () => Promise.resolve(null),
        others: () => Promise.resolve([]),
        end: () => Promise.resolve(),
      },
      tap: {
        watch: (camera, frame, signal) => {
          const look = () => {
            const digest = this.#byId(camera).picture();
            if (digest !== null) frame({ sizeBytes: 12_000, digest, seenMonoMs: time.monoMs(), luma: 120 });
          };
          this.#taps.set(camera, look);
          return untilAborted(signal, () => {
            if (this.#taps.get(camera) === look) this.#taps.delete(camera);
          });
        },
        writable: () => Promise.resolve({ ok: true, problem: null }),
        clear: () => Promise.resolve(),
      },
      demand: {
        watch: (_, signal) => untilAborted(signal, () => {}),
        withdraw: () => Promise.resolve(),
        empty: () => Promise.resolve(),
      },
      mediaServer: server.api,
      mediaServerProcess: server.process,
      publishers: { others: () => Promise.resolve([]), disconnect: () => Promise.resolve() },
      sharedFolders: { test: () => Promise.resolve({ demand: true, recording: true }) },
      recordingFiles: disk.files,
      snapshotFiles: {
        save: () => Promise.reject(new CameraError('not-found', 'There are no pictures here.')),
      },
      storage: disk,
      wishes: new WishBook(
        { load: () => Promise.resolve({ cameras: [], recordings: [] }), save: () => Promise.resolve() },
        { cameras: [], recordings: [] },
      ),
      reapOrphans: () => Promise.resolve(),
    };
  };

  #change({ kind, camera: number }: Failure, begins: boolean): void {
    this.time.noteEvent();
    const by = begins ? 1 : -1;
    const camera = this.cameras[number ?? 0]!;
    switch (kind) {
      case 'unplug':
      case 'flap':
        this.#plug(camera, by);
        break;
      case 'mute':
        // Silent for as long as it was away, once it is back.
        if (begins) camera.mute += 1;
        else camera.mute -= 1;
        if (begins) {
          this.#plug(camera, 1);
          this.time.at(this.time.monoMs() + 1000, () => this.#plug(camera, -1));
        }
        break;
      case 'crash':
        camera.crash('capture-failed', 'The capture ended by itself.');
        break;
      case 'stall':
        camera.stall(begins);
        break;
      case 'upset':
        camera.upset += by;
        if (begins) camera.crash('capture-failed', 'The capture ended by itself.');
        break;
      case 'busy':
        camera.busy += by;
        if (begins) camera.crash('capture-failed', 'The capture ended, and another program took the camera.');
        break;
      case 'server-crash':
        this.server.crash();
        break;
      case 'server-loop':
        this.#loops += by;
        this.server.loops = this.#loops > 0;
        if (begins) this.server.crash();
        break;
      case 'server-hang':
        this.server.hang(begins);
        break;
      case 'disk-full':
        this.#fullDisks += by;
        this.disk.isFull = this.#fullDisks > 0;
        this.server.follow();
        break;
    }
  }

  #plug(camera: SimulatedCamera, by: 1 | -1): void {
    this.time.noteEvent();
    const before = camera.isPlugged;
    camera.unplugged += by;
    if (before === camera.isPlugged) return;
    if (!camera.isPlugged) camera.crash('device-gone', 'The camera is gone.');
    const change: DeviceChange = camera.isPlugged
      ? { type: 'node.added', node: camera.node }
      : { type: 'node.removed', syspath: camera.node.syspath };
    for (const tell of [...this.#watchers]) tell(change);
  }

  #at(devicePath: string | undefined): SimulatedCamera {
    const found = this.cameras[Number(devicePath?.replace('/dev/video', ''))];
    if (found === undefined) throw new CameraError('device-gone', 'There is no such camera.');
    return found;
  }

  /** All are plugged in from the start, in order: `cameraN` is the one with the number N. */
  #byId(id: string | undefined): SimulatedCamera {
    const found = this.cameras[Number(id?.replace('camera', ''))];
    if (found === undefined) throw new CameraError('not-found', `There is no camera ${id}.`);
    return found;
  }
}

function untilAborted(signal: AbortSignal, over: () => void): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      over();
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
