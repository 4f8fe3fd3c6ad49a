/**
 * A umockdev testbed with mocked cameras: plugs and unplugs them, one command at a time, and gives the environment
 * in which real programs (node with libudev, udevadm, v4l2-ctl) take them for real. Decides nothing about tests.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { MockedCamera } from './mocked-cameras.ts';

const PYTHON = '/usr/bin/python3';

/** Why the suite cannot run on this machine, one sentence; null when it can. */
export function whyNotHere(): string | null {
  const bindings = 'import gi; gi.require_version("UMockdev", "1.0"); from gi.repository import UMockdev';
  if (spawnSync('umockdev-wrapper', ['true']).status !== 0) return 'umockdev is not installed';
  if (spawnSync(PYTHON, ['-c', bindings]).status !== 0)
    return 'gir1.2-umockdev-1.0 or python3-gi is not installed';
  if (spawnSync('udevadm', ['--version']).status !== 0) return 'udevadm is not installed';
  if (spawnSync('v4l2-ctl', ['--version']).status !== 0) return 'v4l2-ctl is not installed';
  return null;
}

export class Testbed {
  private readonly controller: ChildProcess;
  private readonly replies: AsyncIterator<string>;
  root = '';

  private constructor(controller: ChildProcess) {
    this.controller = controller;
    this.replies = createInterface({ input: controller.stdout! })[Symbol.asyncIterator]();
  }

  static async start(): Promise<Testbed> {
    const script = `${import.meta.dirname}/controller.py`;
    const controller = spawn('umockdev-wrapper', [PYTHON, '-Bu', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const testbed = new Testbed(controller);
    testbed.root = (await testbed.reply()).root as string;
    return testbed;
  }

  /** For every program that is to see the mocked devices. */
  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.variables };
  }

  /** What makes a program see them. */
  get variables(): Readonly<Record<string, string>> {
    return { UMOCKDEV_DIR: this.root, LD_PRELOAD: 'libumockdev-preload.so.0' };
  }

  /** Resolves once the uevents are sent; wait for what they cause before the next command. */
  async plug(camera: MockedCamera): Promise<void> {
    await this.send({ op: 'add', records: camera.records, nodes: camera.nodes });
  }

  /** The camera goes, in the kernel's order: nodes, then what they hang on. */
  async unplug(camera: MockedCamera): Promise<void> {
    const syspaths = [...camera.videoSyspaths.toReversed(), ...camera.parentSyspaths];
    await this.send({ op: 'remove', syspaths });
  }

  /** The same, and nobody is told: the events are lost. */
  async vanish(camera: MockedCamera): Promise<void> {
    const syspaths = [...camera.videoSyspaths.toReversed(), ...camera.parentSyspaths];
    await this.send({ op: 'vanish', syspaths });
  }

  /** An attribute in /sys gets another value, without an event. */
  async set(syspath: string, attribute: string, value: string): Promise<void> {
    await this.send({ op: 'set', syspath, attribute, value });
  }

  async uevent(syspath: string, action: string): Promise<void> {
    await this.send({ op: 'uevent', syspath, action });
  }

  async stop(): Promise<void> {
    const ended = once(this.controller, 'close');
    this.controller.stdin!.end();
    await ended;
  }

  private async send(command: object): Promise<void> {
    this.controller.stdin!.write(`${JSON.stringify(command)}\n`);
    const reply = await this.reply();
    if (reply.ok !== true) throw new Error(`The testbed refused ${JSON.stringify(command)}: ${reply.error}`);
  }

  private async reply(): Promise<Record<string, unknown>> {
    const line = await this.replies.next();
    if (line.done) throw new Error('The testbed ended.');
    return JSON.parse(line.value);
  }
}
