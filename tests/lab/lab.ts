/** The lab as a test sees it: the guest, the service in it, what it records and what it logged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Client, connect } from '../../src/cli/client.ts';
import type { ListedRecording } from '../support/recordings.ts';
import type { RecordingStatus, StreamStatus, Transition } from '../support/service.ts';
import { until } from '../support/until.ts';
import { Guest } from './guest.ts';
import type { ServiceAddress } from './service.ts';

/** Enough for anything that an emulated machine does at once; it is waited for and ends early. */
const PATIENCE_MS = 120_000;

export interface Camera {
  readonly device: string;
  readonly name: string;
  readonly status: string;
  readonly state: string;
  readonly stream_state: string;
}

export class Lab {
  readonly guest: Guest;
  readonly client: Client;
  readonly #address: ServiceAddress;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lab-'));

  private constructor(address: ServiceAddress, client: Client) {
    this.#address = address;
    this.guest = new Guest(inject('lab').share);
    this.client = client;
  }

  /** Logs in at the service in the guest, or at another one there; `close` when done. */
  static async open(address: ServiceAddress = inject('lab')): Promise<Lab> {
    // An emulated machine that is busy may be late for the handshake.
    const url = `ws://127.0.0.1:${address.apiPort}/ws`;
    const client = await until(() => connect(url, address.apiKey, PATIENCE_MS), {
      timeoutMs: PATIENCE_MS,
      intervalMs: 500,
      what: 'a client is logged in',
    });
    return new Lab(address, client);
  }

  /** As the service named it when it got ready: `mediamtx 1.20.1`, `simulator`. */
  get mediaServer(): string {
    return this.#address.mediaServer;
  }

  close(): void {
    this.client.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  call<T = Record<string, unknown>>(method: string, params: object = {}): Promise<T> {
    return this.client.call<T>(method, params);
  }

  /** By camera id. */
  async cameras(): Promise<Readonly<Record<string, Camera>>> {
    const { cameras } = await this.call<{ cameras: Camera[] }>('get_camera_list');
    return Object.fromEntries(cameras.map((camera) => [camera.device, camera]));
  }

  /** Waits, for as long as a slow machine may need. */
  until<T>(what: string, look: () => Promise<T>): Promise<Exclude<T, false | null | undefined>> {
    return until(look, {
      timeoutMs: PATIENCE_MS,
      intervalMs: 300,
      what: () => `${what}; ${this.#lately()}`,
    });
  }

  /** Waits until every camera of `vivid` can be streamed. */
  untilReady(): Promise<unknown> {
    return this.until('every camera is ready and idle', async () => {
      const all = await this.vividCameras();
      const ready = all.every(
        ({ state, stream_state }) => state === 'ready.confirmed' && !/^(unavail|provis)/.test(stream_state),
      );
      return all.length > 0 && ready;
    });
  }

  /** Starts a stream and waits until it is live. */
  async stream(device: string): Promise<void> {
    await this.call('start_streaming', { device });
    await this.untilLive(device);
  }

  untilLive(device: string): Promise<StreamStatus> {
    return this.untilStream(device, 'is live', ({ state }) => state === 'live.flowing');
  }

  /** Stops a stream, if it runs, and waits until nothing has the camera open. */
  async untilIdle(device: string): Promise<void> {
    // Refused where nothing runs.
    await this.call('stop_streaming', { device }).catch(() => undefined);
    await this.untilStream(device, 'is idle', ({ state }) => state === 'idle');
  }

  untilStream(
    device: string,
    what: string,
    fits: (stream: StreamStatus['stream']) => boolean,
  ): Promise<StreamStatus> {
    return this.until(`the stream of ${device} ${what}`, async () => {
      const status = await this.call<StreamStatus>('get_stream_status', { device });
      return fits(status.stream) && status;
    });
  }

  /** The node that it has now. */
  async nodeOf(device: string): Promise<string> {
    const { debug } = await this.call<{ debug: { internal_device_path: string } }>('get_camera_status', {
      device,
      debug: true,
    });
    return debug.internal_device_path;
  }

  /** State paths of all actors, by name. */
  async states(): Promise<Readonly<Record<string, string>>> {
    const { actors } = await this.call<{ actors: { actor: string; state: string }[] }>('get_actors');
    const lasting = actors.filter(({ actor }) => !/^(discovery|storage)|\/warmup$/.test(actor));
    return Object.fromEntries(lasting.map(({ actor, state }) => [actor, state]));
  }

  /** Those that are there all the time; the others come and go with a test. */
  async vividCameras(): Promise<readonly Camera[]> {
    return Object.values(await this.cameras()).filter(({ name }) => name.startsWith('vivid'));
  }

  /** Waits until every camera of `vivid` has this status. */
  untilCameras(status: 'CONNECTED' | 'DISCONNECTED'): Promise<unknown> {
    return this.until(`every camera is ${status}`, async () => {
      const all = await this.vividCameras();
      return all.length > 0 && all.every((camera) => camera.status === status);
    });
  }

  untilRecording(
    device: string,
    what: string,
    fits: (status: RecordingStatus) => boolean,
  ): Promise<RecordingStatus> {
    return this.until(`the recording of ${device} ${what}`, async () => {
      const status = await this.call<RecordingStatus>('get_recording_status', { device });
      return fits(status) && status;
    });
  }

  /** Waits until the session is finished and in the list. */
  untilListed(session: string): Promise<ListedRecording> {
    return this.until(`recording ${session} is in the list`, async () => {
      const { files } = await this.call<{ files: ListedRecording[] }>('list_recordings', { limit: 1000 });
      return files.find(({ session_id }) => session_id === session);
    });
  }

  /** Where a test may put a file of this name. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  /** Fetches a file of the service. @returns where it is on the host */
  async download(url: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.#address.apiPort}${url}`, {
      headers: { 'X-API-Key': this.#address.apiKey },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    const file = this.file(url.split('/').at(-1)!);
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
    return file;
  }

  /** For a reader on the host. */
  rtspUrl(device: string): string {
    return `rtsp://127.0.0.1:${this.#address.rtspPort}/${device}`;
  }

  /** What the actors did so far, as logged. */
  story(): readonly Transition[] {
    return this.guest
      .read(this.#address.log)
      .split('\n')
      .flatMap((line) => {
        if (!line.includes('"machine":')) return [];
        try {
          return [JSON.parse(line) as Transition];
        } catch {
          return []; // the last line may not be there whole yet
        }
      });
  }

  /** For the message of a failure. */
  #lately(): string {
    const lines = this.story().slice(-15);
    return `lately:\n${lines.map(({ time, msg, event }) => `${time} ${msg} (${event})`).join('\n')}`;
  }
}
