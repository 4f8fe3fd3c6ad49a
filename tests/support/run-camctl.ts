/** camctl in this process: its output as text, its exit code, its interrupt by hand. */
import { runCamctl } from '../../src/cli/program.ts';

export interface CamctlRun {
  readonly out: () => string;
  readonly err: () => string;
  readonly code: Promise<number>;
  interrupt(): void;
}

/** Starts a command line. */
export function startCamctl(
  args: readonly string[],
  env: Record<string, string> = {},
  isTerminal = false,
): CamctlRun {
  let out = '';
  let err = '';
  const interrupt = new AbortController();
  const io = {
    env,
    isTerminal,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = runCamctl(args, io, interrupt.signal);
  return { out: () => out, err: () => err, code, interrupt: () => interrupt.abort() };
}

/** Runs a command line to its end. */
export async function camctl(args: readonly string[], env: Record<string, string> = {}) {
  const run = startCamctl(args, env);
  return { code: await run.code, out: run.out(), err: run.err() };
}
