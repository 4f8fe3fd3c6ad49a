/** A machine of files in a temporary folder: a PATH with the programs that a test gives it, a root, a project. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface FakeMachine {
  readonly path: string;
  readonly root: string;
  readonly project: string;
  readonly isRoot: boolean;
  /** Puts a program on the PATH; without a script it does nothing and succeeds. */
  program(name: string, script?: string): void;
  /** Writes a file below root or project. */
  file(path: string, text?: string): void;
}

/** Gone when the test ends. It has a shell and nothing else. */
export function fakeMachine(options: { readonly isRoot: boolean }): FakeMachine {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const machine: FakeMachine = {
    path: join(folder, 'bin'),
    root: join(folder, 'root'),
    project: join(folder, 'project'),
    isRoot: options.isRoot,
    program: (name, script = 'exit 0') => {
      const path = join(folder, 'bin', name);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
    },
    file: (path, text = '') => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    },
  };
  mkdirSync(machine.path);
  for (const name of ['sh', 'env', 'touch', 'chmod', 'cat']) {
    symlinkSync(`/bin/${name}`, join(machine.path, name));
  }
  return machine;
}
