/** What somebody sees who does nothing but watch: `udevadm monitor`, and one v4l2-ctl. The measure for the service. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { monitorLines } from '../../src/adapters/udev/udevadm-text.ts';
import { until } from '../support/until.ts';
import type { Testbed } from './testbed.ts';

export interface SeenEvent {
  readonly action: string;
  readonly syspath: string;
  /** Of performance.now(), when the last line of the event was read. */
  readonly atMs: number;
}

export class BareReader {
  readonly seen: SeenEvent[] = [];
  private readonly child: ChildProcess;
  private isReady = false;

  private constructor(testbed: Testbed) {
    const args = ['monitor', '--udev', '--property', '--subsystem-match=video4linux'];
    this.child = spawn('udevadm', args, { env: testbed.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const line = monitorLines({
      ready: () => {
        this.isReady = true;
      },
      event: ({ action, devpath }) =>
        this.seen.push({ action, syspath: `/sys${devpath}`, atMs: performance.now() }),
    });
    createInterface({ input: this.child.stdout! }).on('line', line);
  }

  static async start(testbed: Testbed): Promise<BareReader> {
    const reader = new BareReader(testbed);
    await until(() => reader.isReady, { what: 'udevadm receives' });
    return reader;
  }

  /** When this event was seen, waiting for it; the first that came after the `from`th. */
  async next(action: string, syspath: string, from: number): Promise<number> {
    const seen = await until(
      () => this.seen.slice(from).find((event) => event.action === action && event.syspath === syspath),
      { what: `udevadm sees "${action}" of ${syspath}`, intervalMs: 1 },
    );
    return seen.atMs;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** Milliseconds that v4l2-ctl alone takes for the questions of a probe. */
export async function bareProbeMs(testbed: Testbed, devicePath: string): Promise<number> {
  const args = ['-d', devicePath, '--info', '--list-formats-ext'];
  const startedMs = performance.now();
  await promisify(execFile)('v4l2-ctl', args, { env: testbed.environment });
  return performance.now() - startedMs;
}
