/**
 * A viewer comes to an idle camera: from the start of its player to the first decoded frame. Beside the floor: a media
 * server that itself runs the same capture command when a reader comes, with no control plane.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { TestService } from '../../../tests/support/service.ts';
import { until } from '../../../tests/support/until.ts';
import type { Group } from '../group.ts';
import { atMost, besideFloor } from '../measurement.ts';
import { beginAnew, type Command, dataPlaneOf, endAll, HandMadePlane } from '../parts/by-hand.ts';
import { endOf } from '../parts/child.ts';
import { goLive, startMeasured } from '../parts/measured-service.ts';
import { ServerPaths } from '../parts/server-paths.ts';

const ROUNDS = 3;
const VIEWERS_PER_ROUND = 5;
const LONGEST_MS = 30_000;
/** So that the camera is idle again soon; it has no part in what is measured. */
const CLOSE_SOON = { stream: { demand_close_after_ms: 500, look_again_ms: 200 } };

export const firstFrame: Group = {
  name: 'first-frame',
  about: 'a viewer at an idle camera to its first decoded frame, beside ffmpeg and media server by hand',
  measure: async (bench) => {
    const [samples, floors]: [number[], number[]] = [[], []];
    const service = await startMeasured(bench.server, { config: CLOSE_SOON });
    try {
      await beginAnew(service);
      for (let round = 1; round <= bench.count(ROUNDS); round += 1) {
        bench.say(`round ${round}`);
        const url = service.rtspUrl('camera0');
        await goLive(service, 1);
        const commands = dataPlaneOf(service);
        await service.call('stop_streaming', { device: 'camera0' });
        for (let viewer = 0; viewer < VIEWERS_PER_ROUND; viewer += 1) {
          await service.untilStream('camera0', 'idle', LONGEST_MS);
          samples.push(await timeToFirstFrame(url));
        }
        const paths = ServerPaths.of(service);
        await endAll(service);
        floors.push(...(await byHand(service, commands, url, paths)));
        paths.close();
        await service.start();
      }
    } finally {
      await service.dispose();
    }
    const note = 'floor: runOnDemand of the media server is the same ffmpeg command; player: ffmpeg';
    const title = 'first frame on demand';
    return [besideFloor({ title, unit: 'ms', samples, floors, goal: atMost(1.2, 'ratio'), note })];
  },
};

async function byHand(service: TestService, commands: readonly Command[], url: string, paths: ServerPaths) {
  const capture = new CaptureScript(service.folder, commands);
  const plane = new HandMadePlane(commands.flatMap((command) => capture.instead(command)));
  const floors: number[] = [];
  try {
    for (let viewer = 0; viewer < VIEWERS_PER_ROUND; viewer += 1) {
      const nobody = async () => (await paths.publishers()).size === 0 && !capture.isRunning();
      await until(nobody, { timeoutMs: LONGEST_MS, intervalMs: 50, what: 'an idle path by hand' });
      floors.push(await timeToFirstFrame(url));
    }
  } finally {
    await plane.end();
    capture.kill();
  }
  return floors;
}

/** The capture's command as a script that the media server runs on demand. */
class CaptureScript {
  readonly #script: string;
  readonly #pidFile: string;

  constructor(folder: string, commands: readonly Command[]) {
    this.#script = join(folder, 'capture.sh');
    this.#pidFile = join(folder, 'capture.pid');
    const args = commands.find(({ role }) => role === 'capture')?.args ?? [];
    const words = args.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    writeFileSync(this.#script, `#!/bin/sh\necho $$ > ${this.#pidFile}\nexec ${words}\n`, { mode: 0o700 });
  }

  /** What runs by hand in its place: no capture of its own, and a media server that knows the script. */
  instead(command: Command): Command[] {
    if (command.role === 'capture') return [];
    if (command.role !== 'media-server') return [command];
    const file = command.args.at(-1) ?? '';
    const configuration = parse(readFileSync(file, 'utf8'));
    configuration.paths.camera0.runOnDemand = this.#script;
    const ownFile = join(dirname(this.#script), 'by-hand.yml');
    // Quoted: what the service wrote may read otherwise bare.
    writeFileSync(
      ownFile,
      stringify(configuration, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }),
    );
    return [{ ...command, args: [...command.args.slice(0, -1), ownFile] }];
  }

  isRunning(): boolean {
    return existsSync(`/proc/${this.#pid()}`);
  }

  kill(): void {
    if (this.isRunning()) process.kill(Number(this.#pid()), 'SIGKILL');
  }

  #pid(): string {
    return existsSync(this.#pidFile) ? readFileSync(this.#pidFile, 'utf8').trim() : 'none';
  }
}

/** Milliseconds from the spawn of a player to the first picture it decoded. @throws Error when there is none */
async function timeToFirstFrame(url: string): Promise<number> {
  const quick = ['-fflags', 'nobuffer', '-analyzeduration', '0', '-probesize', '32'];
  const input = ['-v', 'error', '-nostdin', '-rtsp_transport', 'tcp', ...quick, '-i', url];
  const output = ['-frames:v', '1', '-f', 'rawvideo', '-'];
  const startedMs = performance.now();
  const player = spawn('ffmpeg', [...input, ...output], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    return await Promise.race([
      once(player.stdout, 'data').then(() => performance.now() - startedMs),
      once(player, 'exit').then(() => {
        throw new Error('the player saw no picture');
      }),
      once(AbortSignal.timeout(LONGEST_MS), 'abort').then(() => {
        throw new Error(`no picture within ${LONGEST_MS} ms`);
      }),
    ]);
  } finally {
    await endOf(player);
  }
}
