/** A wall clock of the service's own process that a test can set; every other process keeps the host's. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceOptions, TestService } from './service.ts';
import { until } from './until.ts';

export class WallClock {
  readonly #file: string;

  /** @param folder an existing one, of this test only */
  constructor(folder: string) {
    this.#file = join(folder, 'wall-clock');
    writeFileSync(this.#file, '0');
  }

  /** With these the service is started. */
  get options(): Pick<ServiceOptions, 'nodeArguments' | 'variables'> {
    const preload = pathToFileURL(join(import.meta.dirname, 'wall-clock.mjs')).href;
    return {
      nodeArguments: ['--import', preload],
      variables: { TEST_WALL_CLOCK_FILE: this.#file },
    };
  }

  /** Sets it off by so many milliseconds and waits until the service tells that time. Later lives have it, too. */
  async set(service: TestService, offByMs: number): Promise<void> {
    writeFileSync(this.#file, String(offByMs));
    process.kill(service.pid, 'SIGWINCH');
    await until(async () => Math.abs((await toldMs(service)) - Date.now() - offByMs) < 60_000, {
      what: `the service's clock is off by ${offByMs} ms`,
    });
  }
}

/** What time the service says it is. */
async function toldMs(service: TestService): Promise<number> {
  const answer = await fetch(`${service.ready?.http}/health`);
  return Date.parse(((await answer.json()) as { timestamp: string }).timestamp);
}
