/**
 * The way from a test into the guest: one script at a time, put into a folder that both see, and its output and exit
 * code back. Also starts programs there that go on running. Works from any process of the host.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';

export interface Ran {
  readonly code: number;
  /** Standard output and standard error. */
  readonly out: string;
}

/** The share's folder in the guest. */
export const GUEST_SHARE = '/run/lab';

export class Guest {
  readonly share: string;

  constructor(share: string) {
    this.share = share;
  }

  /** Runs a shell script to its end. @throws Error when it does not end in time */
  async run(script: string, timeoutMs = 60_000): Promise<Ran> {
    const name = join(this.share, 'commands', `${process.pid}-${performance.now()}`);
    writeFileSync(`${name}.new`, `${script}\n`);
    renameSync(`${name}.new`, `${name}.sh`);
    await until(() => existsSync(`${name}.code`), {
      timeoutMs,
      intervalMs: 30,
      what: () => `the guest has run "${script}"; so far: ${read(`${name}.out`).slice(-2000)}`,
    });
    return { code: Number(read(`${name}.code`)), out: read(`${name}.out`) };
  }

  /** Runs a shell script that must succeed. @returns what it printed @throws Error with that when it does not */
  async must(script: string, timeoutMs?: number): Promise<string> {
    const { code, out } = await this.run(script, timeoutMs);
    if (code !== 0) throw new Error(`"${script}" ended with ${code} in the guest: ${out.slice(-3000)}`);
    return out;
  }

  /** Starts a program that goes on. @returns its id in the guest */
  async start(command: string, output: { readonly out: string; readonly err: string }): Promise<number> {
    const streams = `>${GUEST_SHARE}/${output.out} 2>>${GUEST_SHARE}/${output.err}`;
    return Number(await this.must(`setsid ${command} </dev/null ${streams} & echo $!`));
  }

  /** A file of the share; empty while it is not there. */
  read(name: string): string {
    return read(join(this.share, name));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.share, name), text);
  }
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
