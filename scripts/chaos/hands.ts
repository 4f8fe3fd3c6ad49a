/** Does what a step says, to the real thing, and notes it in the diary. What is not there is not done. */
import { statfsSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SyntheticFault } from '../../src/machines/ports.ts';
import { controlApi } from '../../tests/support/control-api.ts';
import type { SmallDisk } from '../../tests/support/mounted-disk.ts';
import type { Deed, Diary } from './diary.ts';
import type { House } from './house.ts';
import { mainProcesses, namesIn } from './look.ts';
import type { Orders } from './orders.ts';
import type { Step, StepKind } from './script.ts';
import type { Visitors } from './visitors.ts';

const UNDOES: Partial<Record<StepKind, Deed>> = { plug: 'unplug', thaw: 'freeze', unmute: 'mute' };

export class Hands {
  readonly #house: House;
  readonly #diary: Diary;
  readonly #orders: Orders;
  readonly #visitors: Visitors;
  /** Processes that stand still. */
  readonly #paused = new Map<number, { readonly deed: Deed; readonly camera: string | null }>();

  constructor(house: House, diary: Diary, orders: Orders, visitors: Visitors) {
    this.#house = house;
    this.#diary = diary;
    this.#orders = orders;
    this.#visitors = visitors;
  }

  /** Orders are sent and not waited for; everything else is done when it resolves. */
  async do(step: Step): Promise<void> {
    const camera = step.camera ?? '';
    switch (step.kind) {
      case 'unplug':
      case 'freeze':
      case 'mute':
        this.#diary.did(step.kind, camera, true);
        return this.#press(camera, step.kind);
      case 'plug':
      case 'thaw':
      case 'unmute':
        await this.#press(camera, step.kind);
        return this.#diary.undid(UNDOES[step.kind]!, camera);
      case 'killCapture':
      case 'pauseCapture':
        return this.#signal('capture', camera, step.kind);
      case 'killServer':
      case 'pauseServer':
        return this.#signal('media-server', null, step.kind);
      case 'continueCapture':
        return this.#continue((paused) => paused.camera === camera);
      case 'continueServer':
        return this.#continue((paused) => paused.deed === 'pauseServer');
      case 'kickPublisher':
        return this.#kick(camera);
      case 'killService':
        return this.#restart('SIGKILL', 'killService', step.awayMs);
      case 'killServiceTwice':
        await this.#restart('SIGKILL', 'killService', step.awayMs);
        return this.#restart('SIGKILL', 'killService', 0);
      case 'handOver':
        return this.#restart('SIGUSR2', 'handOver', step.awayMs);
      case 'stopService':
        return this.#restart('SIGTERM', 'stopService', step.awayMs);
      case 'fillRuntime':
        return this.#fill('fillRuntime', this.#house.runtimeDisk, step.percent);
      case 'fillRecordings':
        return this.#fill('fillRecordings', this.#house.recordingsDisk, step.percent);
      case 'freeRuntime':
        return this.#fill('fillRuntime', this.#house.runtimeDisk, 0);
      case 'freeRecordings':
        return this.#fill('fillRecordings', this.#house.recordingsDisk, 0);
      case 'removeRuntime':
        this.#diary.did('removeRuntime', null);
        // Again where somebody writes into it meanwhile.
        return rm(this.#house.runtimeFolder, {
          recursive: true,
          force: true,
          maxRetries: 20,
          retryDelay: 10,
        });
      case 'staleDemand':
        return this.#leaveDemand(camera);
      case 'watch':
        return this.#visitors.watch(camera);
      case 'leave':
        return this.#visitors.leave(camera);
      case 'vanishingClient':
        return this.#visitors.vanish(camera);
      case 'deafClient':
        return this.#visitors.playDeaf(camera);
      case 'rudeClient':
        return this.#visitors.beRude();
      case 'startRecording':
        return void this.#orders.startRecording(camera, step.format, step.durationS);
      case 'stopRecording':
        return void this.#orders.stopRecording(camera);
      case 'startStreaming':
        return void this.#orders.send('start_streaming', { device: camera });
      case 'stopStreaming':
        return void this.#orders.send('stop_streaming', { device: camera });
      case 'takeSnapshot': {
        const age = step.maxAgeMs === null ? {} : { max_age_ms: step.maxAgeMs };
        return void this.#orders.send('take_snapshot', { device: camera, ...age });
      }
      case 'disableCamera':
        this.#diary.did('disableCamera', camera, true);
        return void this.#orders.send('disable_camera', { device: camera });
      case 'enableCamera':
        return void this.#enable(camera);
      case 'retryCamera':
        return void this.#orders.send('retry_camera', { device: camera });
      case 'renameCamera':
        return void this.#orders.send('rename_camera', {
          device: camera,
          name: `Chaos ${camera} ${step.percent}`,
        });
      case 'setControl':
        return void this.#orders.send('set_camera_control', {
          device: camera,
          control: 'brightness',
          value: step.percent - 70,
        });
      case 'listFiles':
        void this.#orders.send('list_recordings');
        return void this.#orders.send('list_snapshots');
    }
  }

  /** Everything is as it should be again: plugged in, awake, with space, and nobody there who wants something. */
  async calm(cameras: readonly string[]): Promise<void> {
    this.#visitors.goHome();
    await this.#continue(() => true);
    await this.#fill('fillRuntime', this.#house.runtimeDisk, 0);
    await this.#fill('fillRecordings', this.#house.recordingsDisk, 0);
    for (const camera of cameras) {
      for (const fault of ['thaw', 'unmute', 'plug'] as const) {
        await this.#press(camera, fault);
        this.#diary.undid(UNDOES[fault]!, camera);
      }
    }
    await this.#orders.settled();
    await Promise.all(cameras.map((camera) => this.#enable(camera)));
    await Promise.all(
      cameras.flatMap((device) => [
        this.#orders.stopRecording(device),
        this.#orders.send('stop_streaming', { device }),
      ]),
    );
  }

  async #enable(camera: string): Promise<void> {
    const enabled = await this.#orders.send('enable_camera', { device: camera });
    if (enabled !== null) this.#diary.undid('disableCamera', camera);
  }

  /** The synthetic cameras may be away for a moment, where their folder was removed. */
  async #press(camera: string, fault: SyntheticFault): Promise<void> {
    const index = camera.replace('camera', '');
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#house.buttons.inject(index, fault);
      } catch (error) {
        if (attempt === 40) {
          this.#house.judge.condemn('The synthetic cameras answer', `${fault} of ${camera}: ${error}`);
          return;
        }
        await pause(250);
      }
    }
  }

  async #signal(role: string, camera: string | null, deed: Deed): Promise<void> {
    const found = (await mainProcesses(this.#house.dataId)).filter(
      (proc) => proc.role === role && (camera === null || proc.owner === camera),
    );
    for (const { pid } of found) {
      const pauses = deed.startsWith('pause');
      if (pauses) this.#paused.set(pid, { deed, camera });
      this.#diary.did(deed, camera, pauses);
      send(pid, pauses ? 'SIGSTOP' : 'SIGKILL');
    }
  }

  #continue(fits: (paused: { deed: Deed; camera: string | null }) => boolean): void {
    for (const [pid, paused] of this.#paused) {
      if (!fits(paused)) continue;
      send(pid, 'SIGCONT');
      this.#paused.delete(pid);
      this.#diary.undid(paused.deed, paused.camera);
    }
  }

  async #kick(camera: string): Promise<void> {
    const { service } = this.#house;
    try {
      const { body } = await controlApi(service, 'GET', '/v3/rtspsessions/list', 1500);
      const { items = [] } = body as { items?: { id: string; state: string; path: string }[] };
      const publisher = items.find(({ state, path }) => state === 'publish' && path === camera);
      if (publisher === undefined) return;
      this.#diary.did('kickPublisher', camera);
      await controlApi(service, 'POST', `/v3/rtspsessions/kick/${publisher.id}`, 1500);
    } catch {
      // No media server, nobody to be kicked.
    }
  }

  async #restart(signal: 'SIGKILL' | 'SIGUSR2' | 'SIGTERM', deed: Deed, awayMs: number): Promise<void> {
    const house = this.#house;
    this.#diary.did(deed, null);
    const before = await mainProcesses(house.dataId);
    await house.end(signal);
    await pause(awayMs);
    const left = await mainProcesses(house.dataId);
    if (signal === 'SIGTERM' && left.length > 0)
      house.judge.condemn('A stop leaves nothing running', JSON.stringify(left));
    await house.begin();
    if (signal === 'SIGTERM') return;
    // Whoever lived in between has no reason to be replaced by a new life, unless something else was done to it.
    const after = new Set((await mainProcesses(house.dataId)).map(({ pid }) => pid));
    const survivors = left.filter(({ pid }) => before.some((proc) => proc.pid === pid));
    for (const { role, owner, pid } of survivors) {
      const felt = this.#diary.felt(owner, Date.now(), Date.now()).filter((what) => what !== deed);
      const untouched = felt.every((what) => what === 'killService' || what === 'handOver');
      // A capture may end meanwhile; a look is ended: what it saw would reach nobody.
      if (role !== 'capture' && role !== 'examine' && untouched && !after.has(pid))
        house.judge.condemn(
          'A new life of the control plane takes over the data plane as it is',
          `${role} ${owner}, process ${pid}, was ended by it`,
        );
    }
  }

  #fill(deed: Deed, disk: SmallDisk | null, percent: number): void {
    if (disk === null) return;
    if (percent > 0) this.#diary.did(deed, null, true);
    const file = join(disk.folder, 'other-data');
    writeFileSync(file, '', { flag: 'a' });
    truncateSync(file, 0);
    const { bsize, blocks, bfree } = statfsSync(disk.folder);
    const wanted = Math.round((blocks * percent) / 100) - (blocks - bfree);
    try {
      writeFileSync(file, Buffer.alloc(Math.max(0, wanted) * bsize));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error; // somebody was faster: it is full
    }
    if (percent === 0) this.#diary.undid(deed, null);
  }

  /** What a viewer leaves who gave up at once. */
  #leaveDemand(camera: string): void {
    const folder = join(this.#house.runtimeFolder, 'demand');
    if (namesIn(folder).length === 0 && namesIn(this.#house.runtimeFolder).length === 0) return;
    try {
      const file = join(folder, camera);
      writeFileSync(file, '', { flag: 'a' });
      utimesSync(file, new Date(), new Date());
    } catch {
      // The folder was removed a moment ago, or the disk is full.
    }
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
