import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whyNoAddon, whyStale } from '../../scripts/lib/npm-packages.mjs';
import { fakeMachine } from './fake-machine.ts';

type Packages = Record<string, { version: string; optional?: boolean }>;

function project(wanted: Packages, installed: Packages | null): string {
  const machine = fakeMachine({ isRoot: false });
  const write = (file: string, packages: Packages) =>
    machine.file(join(machine.project, file), JSON.stringify({ packages }));
  write('package-lock.json', { '': { version: '0.1.0' }, ...wanted });
  if (installed) write('node_modules/.package-lock.json', installed);
  return machine.project;
}

const ws = { 'node_modules/ws': { version: '8.0.0' } };

test('a fresh checkout has nothing installed', () => {
  expect(whyStale(project(ws, null))).toBe('nothing is installed yet');
});

test('the same packages are not installed again', () => {
  expect(whyStale(project(ws, ws))).toBeNull();
});

test('a newer package in the lock is noticed, and a missing one', () => {
  expect(whyStale(project({ 'node_modules/ws': { version: '8.1.0' } }, ws))).toMatch(
    /ws is 8.0.0 and should be 8.1.0/,
  );
  expect(whyStale(project({ ...ws, 'node_modules/zod': { version: '4.0.0' } }, ws))).toMatch(
    /zod is missing/,
  );
});

test('an optional package that could not be installed is left alone', () => {
  expect(
    whyStale(project({ ...ws, 'node_modules/udev': { version: '1.0.1', optional: true } }, ws)),
  ).toBeNull();
});

test('the udev addon that npm left out is tried again once a compiler and libudev are there', () => {
  const machine = fakeMachine({ isRoot: false });
  for (const name of ['g++', 'make', 'python3']) machine.program(name);
  expect(whyNoAddon(machine), 'without the headers it would fail again').toBeNull();
  machine.file(join(machine.root, 'usr/include/libudev.h'));
  expect(whyNoAddon(machine)).toBe('the udev addon is not built and a compiler is here');
  machine.file(join(machine.project, 'node_modules/udev/build/Release/udev.node'));
  expect(whyNoAddon(machine)).toBeNull();
});
