/** A client that only listens: what it was told step by step has to end in the same as what it would be told by asking. */
import type { Client } from '../../src/cli/client.ts';

interface CameraTold {
  readonly device: string;
  readonly status: string;
  readonly name: string;
  readonly resolution: string;
  readonly fps: number;
}

/** Of one life of the service. */
export class Hearing {
  readonly #cameras = new Map<string, string>();
  /** Files, without their ending, whose recording has begun and not ended, by what this life told. */
  readonly #open = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #wrong: string[] = [];

  /** Listens from now on. @throws where the service ends meanwhile */
  static async to(client: Client): Promise<Hearing> {
    const hearing = new Hearing();
    client.on('camera_status_update', (params) => hearing.camera(params as unknown as CameraTold));
    client.on('recording_status_update', (params) =>
      hearing.recording(params as { filename: string; status: string }),
    );
    // What is told before this answer is older than it, what is told after it is newer.
    for (const camera of await camerasOf(client)) hearing.camera(camera);
    return hearing;
  }

  camera(camera: CameraTold): void {
    this.#cameras.set(camera.device, wordsOf(camera));
  }

  /** Where it could not be made into the wished format, its file ends in another way than was told at its start. */
  recording({ filename: told, status }: { readonly filename: string; readonly status: string }): void {
    const filename = told.replace(/\.\w+$/, '');
    if (status === 'STARTED') {
      if (this.#open.has(filename) || this.#ended.has(filename))
        this.#wrong.push(`${filename} STARTED twice`);
      this.#open.add(filename);
      return;
    }
    // Its files wait for the disk: how it ended follows.
    if (status === 'ERROR') {
      this.#open.add(filename);
      return;
    }
    if (this.#ended.has(filename)) this.#wrong.push(`${filename} ended twice, now ${status}`);
    this.#open.delete(filename);
    this.#ended.add(filename);
  }

  /** At rest: where what was told differs from what is. */
  differences(cameras: readonly CameraTold[]): readonly string[] {
    const differing = cameras.flatMap((camera) => {
      const told = this.#cameras.get(camera.device);
      return told === wordsOf(camera) ? [] : [`${camera.device} is ${wordsOf(camera)}, told was ${told}`];
    });
    const unended = [...this.#open].map((filename) => `${filename} STARTED, and its end was not told`);
    return [...this.#wrong, ...differing, ...unended];
  }
}

export async function camerasOf(client: Client): Promise<readonly CameraTold[]> {
  return (await client.call<{ cameras: CameraTold[] }>('get_camera_list')).cameras;
}

function wordsOf({ status, name, resolution, fps }: CameraTold): string {
  return `${status} ${name} ${resolution || 'without picture'} ${fps}`;
}
