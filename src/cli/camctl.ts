#!/usr/bin/env node
/** Process entry of camctl: streams and signals in, exit code out. */
import { EXIT, runCamctl } from './program.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
process.stdout.on('error', () => process.exit(0)); // the reader of a pipe has seen enough

process.exitCode = await runCamctl(
  process.argv.slice(2),
  {
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  },
  interrupt.signal,
);
if (process.exitCode === EXIT.interrupted) process.exit(); // whatever is still being connected
