/** A camera with its stream and recording in a fake world, and what was told to it: what commands act upon. */

import { errorOf } from '../../src/machines/errors.ts';
import type { Device } from '../../src/machines/values.ts';
import { type CameraRig, kill, startCamera } from '../support/fake-camera.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { device, known, probed } from '../support/machine-fixtures.ts';

/** What the world and the operator have done, so far as commands depend on it. */
export interface Told {
  plugged: boolean;
  disabled: boolean;
  serverUp: boolean;
  orders: number;
  steps: number;
}

export class House {
  readonly world = new FakeWorld();
  readonly sessions: string[] = [];
  /** Sessions that were finished, or still known, while the media server took no writes. */
  readonly refused = new Set<string>();
  rig!: CameraRig;

  async begin(): Promise<void> {
    this.rig = await startCamera(this.world);
    this.rig.probe.answers = probes(this.world);
  }

  stream() {
    return this.rig.streamRef();
  }

  context() {
    return this.stream().getSnapshot().context;
  }

  /** Killed and started again: what is on disk, and what still runs, is all that is left. */
  async crash(told: Told): Promise<void> {
    const { world } = this;
    kill(this.rig.actor);
    await world.advance(700);
    // The service ends what a camera that is switched off has left, before anything else.
    if (world.wishes.cameras.get('camera0')?.disabled === true) await world.captureEnds();
    this.rig = await startCamera(world, {
      known: world.wishes.cameras.get('camera0') ?? known(),
      device: null,
      recordingWishes: [...world.wishes.recordings.values()],
      server: null,
    });
    this.rig.probe.answers = probes(world);
    await world.advance(200);
    if (told.serverUp) await world.send({ type: 'server.up', info: world.server });
    if (told.plugged)
      await this.rig.send({ type: 'device.attached', device: device(), atMs: world.wallMs() });
    await this.rig.send({ type: 'devices.listed', atMs: world.wallMs() });
  }
}

/** The camera answers as the world says. */
export const probes = (world: FakeWorld) => (wanted: Device) => {
  if (world.probeTrouble !== null) throw errorOf(world.probeTrouble);
  return probed('YUYV', wanted.nodes[0]!.devicePath);
};
