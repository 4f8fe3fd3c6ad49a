/**
 * The programs of the operating system that the project needs, how to see whether they are there, and which Debian
 * packages bring them. Looks only; `prerequisites.mjs` installs.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Machine where to look; tests make their own
 * @property {string} path the PATH
 * @property {string} root of the file system, `/`
 * @property {string} project the project's folder
 */

/**
 * @typedef {object} Program
 * @property {string} name as the user knows it
 * @property {string} purpose goes into "not there: ..."
 * @property {readonly string[]} packages of Debian and Ubuntu
 * @property {boolean} needed false: something is less good, or not tested, without it
 * @property {(machine: Machine) => boolean} isThere
 */

/** Where the udev addon is once it is built, below the project's folder. */
export const ADDON = 'node_modules/udev/build/Release/udev.node';
const GI_CHECK = 'import gi; gi.require_version("UMockdev", "1.0"); from gi.repository import UMockdev';

/** @type {Program} */
const LIBUDEV = {
  name: 'libudev',
  purpose: 'the udev addon, which tells of plugs, is built with it',
  packages: ['libudev-dev'],
  needed: true,
  isThere: (machine) => existsSync(join(machine.root, 'usr/include/libudev.h')),
};

/** @type {Program} */
const COMPILER = {
  name: 'a C++ compiler',
  purpose: 'it builds the udev addon; udevadm is used without it',
  packages: ['g++', 'make', 'python3'],
  needed: false,
  isThere: (machine) => ['g++', 'make', 'python3'].every((name) => isOnPath(name, machine)),
};

/** What builds the udev addon. @type {readonly Program[]} */
export const FOR_ADDON = [LIBUDEV, COMPILER];

/** Not wanted any more once the addon is built. @param {Program} program @returns {Program} */
function forAddon(program) {
  const isThere = (machine) => existsSync(join(machine.project, ADDON)) || program.isThere(machine);
  return { ...program, isThere };
}

/** For the service. @type {readonly Program[]} */
export const FOR_SERVICE = [
  {
    name: 'ffmpeg',
    purpose: 'it captures and encodes',
    packages: ['ffmpeg'],
    needed: true,
    isThere: (machine) => ['ffmpeg', 'ffprobe'].every((name) => isOnPath(name, machine)),
  },
  {
    name: 'v4l2-ctl',
    purpose: 'it tells what a camera can do',
    packages: ['v4l-utils'],
    needed: true,
    isThere: (machine) => isOnPath('v4l2-ctl', machine),
  },
  forAddon(LIBUDEV),
  {
    name: 'udevadm',
    purpose: 'it tells of plugs where the udev addon cannot be built',
    packages: ['udev'],
    needed: false,
    isThere: (machine) => isOnPath('udevadm', machine),
  },
  forAddon(COMPILER),
];

/** For the tests, beside those for the service. @type {readonly Program[]} */
export const FOR_TESTS = [
  {
    name: 'umockdev',
    purpose: 'the hotplug suite plugs mocked cameras with it',
    packages: ['umockdev', 'gir1.2-umockdev-1.0', 'python3-gi'],
    needed: false,
    // Debian's own Python: another one on PATH would not have Debian's bindings.
    isThere: (machine) =>
      isOnPath('umockdev-wrapper', machine) &&
      spawnSync(join(machine.root, 'usr/bin/python3'), ['-c', GI_CHECK]).status === 0,
  },
];

/** Names of the one browser whose decoders and flags the browser suite knows. */
export const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** For the browser suite, beside those for the service. @type {readonly Program[]} */
export const FOR_BROWSER = [
  {
    name: 'chromium',
    purpose: 'the browser suite watches streams and the inspector with it',
    packages: ['chromium'],
    needed: true,
    isThere: (machine) => CHROMIUM_NAMES.some((name) => isOnPath(name, machine)),
  },
];

/** For the lab, beside those for the service. @type {readonly Program[]} */
export const FOR_LAB = [
  {
    name: 'QEMU',
    purpose: 'it emulates the machine of the lab',
    packages: ['qemu-system-x86'],
    needed: true,
    isThere: (machine) => isOnPath('qemu-system-x86_64', machine),
  },
  {
    name: 'a static busybox',
    purpose: 'the emulated machine begins with it',
    packages: ['busybox-static'],
    needed: true,
    // The program of another package has the same name and needs libraries.
    isThere: (machine) => isOnPath('busybox', machine) && isInRoot(machine, 'usr/share/doc/busybox-static'),
  },
  {
    name: 'kmod',
    purpose: 'it tells which kernel modules need which',
    packages: ['kmod'],
    needed: true,
    isThere: (machine) => isInRoot(machine, 'sbin/depmod', 'usr/sbin/depmod'),
  },
  {
    name: 'cpio and xz',
    purpose: 'they pack and unpack what the emulated machine begins with',
    packages: ['cpio', 'xz-utils'],
    needed: true,
    isThere: (machine) => isOnPath('cpio', machine) && isOnPath('xz', machine),
  },
  {
    name: 'udevd',
    purpose: 'it runs in the emulated machine',
    packages: ['udev'],
    needed: true,
    isThere: (machine) => isInRoot(machine, 'lib/systemd/systemd-udevd', 'usr/lib/systemd/systemd-udevd'),
  },
  {
    name: 'ip',
    purpose: 'it gives the emulated machine a network',
    packages: ['iproute2'],
    needed: true,
    isThere: (machine) => isInRoot(machine, 'sbin/ip', 'usr/sbin/ip', 'bin/ip', 'usr/bin/ip'),
  },
  {
    name: 'gcc and make',
    purpose: 'they build the driver of the cameras with MJPEG and H.264',
    packages: ['gcc', 'make'],
    needed: false,
    isThere: (machine) => isOnPath('gcc', machine) && isOnPath('make', machine),
  },
];

/** @param {readonly Program[]} programs @param {Machine} machine @returns {readonly Program[]} */
export function missing(programs, machine) {
  return programs.filter((program) => !program.isThere(machine));
}

/** @param {string} name @param {Machine} machine */
export function isOnPath(name, machine) {
  return machine.path.split(delimiter).some((folder) => folder !== '' && isProgram(join(folder, name)));
}

/** One of these paths below the root. @param {Machine} machine @param {...string} paths */
function isInRoot(machine, ...paths) {
  return paths.some((path) => existsSync(join(machine.root, path)));
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
