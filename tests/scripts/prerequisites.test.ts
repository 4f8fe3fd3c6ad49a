import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensurePrograms } from '../../scripts/lib/prerequisites.mjs';
import { FOR_SERVICE, missing } from '../../scripts/lib/programs.mjs';
import { type FakeMachine, fakeMachine } from './fake-machine.ts';

const names = (programs: readonly { readonly name: string }[]) => programs.map((program) => program.name);

/** An apt-get that notes its arguments and installs ffmpeg and v4l2-ctl, as far as a test sees. */
function giveApt(machine: FakeMachine): string {
  const log = join(machine.path, 'apt.log');
  const make = ['ffmpeg', 'ffprobe', 'v4l2-ctl'].map((name) => `${machine.path}/${name}`).join(' ');
  machine.program(
    'apt-get',
    `echo "$DEBIAN_FRONTEND $@" >> ${log}\ncase "$*" in *install*) touch ${make}; chmod +x ${make};; esac`,
  );
  return log;
}

test('sees what a bare machine lacks', () => {
  const machine = fakeMachine({ isRoot: true });
  expect(names(missing(FOR_SERVICE, machine))).toEqual([
    'ffmpeg',
    'v4l2-ctl',
    'libudev',
    'udevadm',
    'a C++ compiler',
  ]);
});

test('ffmpeg without ffprobe is not enough, a folder called ffprobe does not count', () => {
  const machine = fakeMachine({ isRoot: true });
  machine.program('ffmpeg');
  machine.file(join(machine.path, 'ffprobe', 'x'));
  expect(names(missing(FOR_SERVICE, machine))).toContain('ffmpeg');
});

test('a built udev addon needs neither header nor compiler', () => {
  const machine = fakeMachine({ isRoot: true });
  machine.file(join(machine.project, 'node_modules/udev/build/Release/udev.node'));
  expect(names(missing(FOR_SERVICE, machine))).toEqual(['ffmpeg', 'v4l2-ctl', 'udevadm']);
});

test('nothing is run where nothing is missing', async () => {
  const machine = fakeMachine({ isRoot: true });
  const log = giveApt(machine);
  machine.file(join(machine.root, 'usr/include/libudev.h'));
  for (const name of ['ffmpeg', 'ffprobe', 'v4l2-ctl', 'udevadm', 'g++', 'make', 'python3'])
    machine.program(name);
  expect(await ensurePrograms(FOR_SERVICE, machine)).toEqual([]);
  expect(existsSync(log)).toBe(false);
});

test('root installs by apt without questions, and what is only wished does not stop it', async () => {
  const machine = fakeMachine({ isRoot: true });
  const log = giveApt(machine);
  machine.file(join(machine.root, 'usr/include/libudev.h'));
  const still = await ensurePrograms(FOR_SERVICE, machine);
  expect(names(still)).toEqual(['udevadm', 'a C++ compiler']);
  const [update, install] = readFileSync(log, 'utf8').trim().split('\n');
  expect(update).toMatch(/^noninteractive .*update$/);
  expect(install).toMatch(/install -y --no-install-recommends ffmpeg v4l-utils udev g\+\+ make python3$/);
});

test('a package that the system does not have takes only the wished ones along', async () => {
  const machine = fakeMachine({ isRoot: true });
  const log = giveApt(machine);
  machine.file(join(machine.root, 'usr/include/libudev.h'));
  const works = readFileSync(join(machine.path, 'apt-get'), 'utf8').replace('#!/bin/sh\n', '');
  machine.program(
    'apt-get',
    `case "$*" in *g++*) echo "E: Unable to locate package" >&2; exit 100;; esac\n${works}`,
  );
  expect(names(await ensurePrograms(FOR_SERVICE, machine))).toEqual(['udevadm', 'a C++ compiler']);
  expect(readFileSync(log, 'utf8')).toMatch(/install -y --no-install-recommends ffmpeg v4l-utils$/m);
});

test('a user with sudo that asks for no password installs through it', async () => {
  const machine = fakeMachine({ isRoot: false });
  const log = giveApt(machine);
  machine.file(join(machine.root, 'usr/include/libudev.h'));
  machine.program('sudo', `echo "sudo $@" >> ${log}\nif [ "$2" = true ]; then exit 0; fi\nshift\nexec "$@"`);
  await ensurePrograms(FOR_SERVICE, machine);
  expect(readFileSync(log, 'utf8')).toMatch(/^sudo -n true\nsudo -n env DEBIAN_FRONTEND=noninteractive/);
  expect(readFileSync(log, 'utf8')).toContain('noninteractive -q');
});

test('a user whose sudo asks for a password gets the one command to run and exit code 3', async () => {
  const machine = fakeMachine({ isRoot: false });
  const log = giveApt(machine);
  machine.program('sudo', 'exit 1');
  await expect(ensurePrograms(FOR_SERVICE, machine)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends ffmpeg v4l-utils libudev-dev udev g++ make python3',
    ),
  });
  expect(existsSync(log), 'nothing was tried').toBe(false);
});

test('a system without apt is told the names of the packages', async () => {
  const machine = fakeMachine({ isRoot: true });
  await expect(ensurePrograms(FOR_SERVICE, machine)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(
      /Missing: ffmpeg \(it captures and encodes\), v4l2-ctl.*\n.*own tools.*ffmpeg v4l-utils/,
    ),
  });
});

test('when apt fails its last words are shown', async () => {
  const machine = fakeMachine({ isRoot: true });
  machine.program('apt-get', 'echo "E: Unable to locate package ffmpeg" >&2; exit 100');
  await expect(ensurePrograms(FOR_SERVICE, machine)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('E: Unable to locate package ffmpeg'),
  });
});
