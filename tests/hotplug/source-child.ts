/** One device source in a process of its own inside the mocked world: the udev addon can never be closed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DeviceChange, DeviceNode, DeviceSourceKind } from '../../src/machines/values.ts';
import { compiledEntry } from '../support/compiled.ts';
import { until } from '../support/until.ts';
import type { Testbed } from './testbed.ts';

export interface SourceSpec {
  /** Below src/adapters/udev. */
  readonly file: string;
  readonly className: string;
  readonly options: object;
}

interface Said {
  readonly ready?: DeviceSourceKind;
  readonly change?: DeviceChange;
  readonly listed?: readonly DeviceNode[];
  readonly failed?: { readonly code: string; readonly reason: string; readonly message: string };
  readonly ended?: true;
}

export class SourceChild {
  readonly said: Said[] = [];
  private readonly child: ChildProcess;

  constructor(testbed: Testbed, spec: SourceSpec) {
    const module = compiledEntry(`adapters/udev/${spec.file}`);
    const args = [
      `${import.meta.dirname}/source-child.mjs`,
      module,
      spec.className,
      JSON.stringify(spec.options),
    ];
    this.child = spawn(process.execPath, args, {
      env: testbed.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.said.push(JSON.parse(line)));
  }

  /** The first thing said, from `from` on, of which `part` is there. */
  async hears<K extends keyof Said>(part: K, from = 0): Promise<NonNullable<Said[K]>> {
    const heard = await until(() => this.said.slice(from).find((message) => message[part] !== undefined), {
      what: `the source says "${part}"`,
    });
    return heard[part] as NonNullable<Said[K]>;
  }

  /** Runs one step and gives the changes told until as many as expected have come. */
  async changesOf(step: () => Promise<void>, count: number): Promise<readonly DeviceChange[]> {
    const from = this.said.length;
    await step();
    const changes = () =>
      this.said.slice(from).flatMap((message) => (message.change ? [message.change] : []));
    await until(() => changes().length >= count, { what: `${count} changes are told` });
    return changes();
  }

  async list(): Promise<readonly DeviceNode[]> {
    const from = this.said.length;
    this.child.stdin!.write('list\n');
    return await this.hears('listed', from);
  }

  /** Ids of the processes it has started. */
  children(): readonly string[] {
    const { pid } = this.child;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  }

  /** As a crash of the service: nothing gets the chance to end its children. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** @returns how the process ended; a crash shows as a signal */
  async stop(): Promise<{ readonly exitCode: number | null; readonly signal: string | null }> {
    const ended = once(this.child, 'close');
    this.child.stdin!.end();
    const [exitCode, signal] = await ended;
    return { exitCode, signal };
  }
}
